import { createHandlers, type RouteHandlers } from './handlers.ts';
import type { ConvertOptions } from './options.ts';
import { type ConvertProxy, createProxy, type ProxyHandler } from './proxy.ts';
import { coreFor } from './shared-core.ts';
import { createVisits, type Visits } from './visits.ts';

/** Everything a Next.js application needs on the server; each function works on its own. */
export interface Convert extends Visits {
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
}

/**
 * Convert for one Next.js application. Starts nothing: the config is fetched when the first request needs it.
 *
 * @example
 * export const convert = createConvert({ sdkKey: process.env.CONVERT_SDK_KEY, environment: 'production' });
 */
export function createConvert(options: ConvertOptions): Convert {
  const shared = coreFor(options);
  return {
    ...createVisits(shared, options),
    proxy: (handler) => createProxy(shared, options, handler),
    handlers: createHandlers(shared, options),
  };
}
