import type { Health } from '@convert-fullstack/core';
import { type Conversions, createConversions } from './conversions.ts';
import { createHandlers, type RouteHandlers } from './handlers.ts';
import type { ConvertOptions } from './options.ts';
import { pageVisits } from './page-visits.ts';
import { type ConvertProxy, createProxy, type ProxyHandler } from './proxy.ts';
import { coreFor } from './shared-core.ts';
import { createVisits, type Visits } from './visits.ts';

/** Everything a Next.js application needs on the server; each function works on its own. */
export interface Convert extends Visits, Conversions {
  /**
   * The proxy: recognises the visitor, decides, and hands both on to the page. An own handler gets the request with all
   * of that in its headers, and whatever it answers keeps its meaning.
   *
   * @example
   * export const proxy = convert.proxy();
   */
  proxy(handler?: ProxyHandler): ConvertProxy;
  /**
   * Route handlers that take over the browser's events and decide for client navigation.
   *
   * @example
   * export const { GET, POST } = convert.handlers; // app/api/convert/[...convert]/route.ts
   */
  readonly handlers: RouteHandlers;
  /**
   * What this process has counted, and whether it can be trusted: uneven splits, with their likely causes.
   *
   * @example
   * export const GET = () => Response.json(convert.health()); // a route for yourself
   */
  health(): Health;
}

const NOTHING_COUNTED: Health = { isSuspicious: false, experiences: [] };

/**
 * Convert for one Next.js application. Starts nothing: the config is fetched when the first request needs it.
 *
 * @example
 * export const convert = createConvert({ sdkKey: process.env.CONVERT_SDK_KEY, environment: 'production' });
 */
export function createConvert(options: ConvertOptions): Convert {
  const shared = coreFor(options);
  const visitOf = pageVisits(shared, options);
  return {
    ...createVisits(visitOf),
    ...createConversions(shared, options, visitOf),
    proxy: (handler) => createProxy(shared, options, handler),
    handlers: createHandlers(shared, options),
    health: () => shared().core?.health() ?? NOTHING_COUNTED,
  };
}
