import type { Health } from '@convert-fullstack/core';
import type { ExperienceKey } from '@convert-fullstack/core/register';
import { type Conversions, createConversions } from './conversions.ts';
import { createHandlers, type RouteHandlers } from './handlers.ts';
import type { ConvertOptions } from './options.ts';
import { pageVisits } from './page-visits.ts';
import { type ConvertProxy, createProxy, type ProxyHandler, type ProxyOptions } from './proxy.ts';
import { coreFor } from './shared-core.ts';
import { createStaticVariants, type StaticVariants, type StaticVariantsOptions } from './static-variants.ts';
import { createVisits, type Visits } from './visits.ts';

/** Everything a Next.js application needs on the server; each function works on its own. */
export interface Convert extends Visits, Conversions {
  /**
   * The proxy: recognises the visitor, decides, and hands both on to the page. An own handler gets the request with all
   * of that in its headers, and whatever it answers keeps its meaning.
   *
   * Throws `ConvertError` `options_invalid` for static variants with a path that is none.
   *
   * @example
   * export const proxy = convert.proxy();
   *
   * @example
   * export const proxy = convert.proxy({ staticVariants: [landing], handler: intlMiddleware });
   */
  proxy(options?: ProxyHandler | ProxyOptions): ConvertProxy;
  /**
   * Pages that are rendered ahead of time, once for each combination of variations, in `app/convert/[variants]`. The proxy
   * leads each visitor to their own, if it is told of them. Throws `ConvertError` `options_invalid` for a limit below 1.
   *
   * @example
   * export const landing = convert.staticVariants({ experiences: ['home-hero'], paths: ['/landing'], limit: 10 });
   */
  staticVariants<Key extends ExperienceKey>(options: StaticVariantsOptions<Key>): StaticVariants<Key>;
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
   * await connection(); // in a route for yourself: on request, not while the app is built
   * return Response.json(convert.health());
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
    proxy: (own = {}) => createProxy(shared, options, typeof own === 'function' ? { handler: own } : own),
    staticVariants: (pages) => createStaticVariants(shared, pages),
    handlers: createHandlers(shared, options),
    health: () => shared().core?.health() ?? NOTHING_COUNTED,
  };
}
