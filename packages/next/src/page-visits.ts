import { headers as nextHeaders } from 'next/headers.js';
import type { ConvertOptions } from './options.ts';
import { openPageVisit, type PageVisit } from './page-visit.ts';
import type { SharedCore } from './shared-core.ts';

export interface ReadOptions {
  /** Path or URL of the page, for requests that the proxy's matcher leaves out; otherwise the proxy's is used. */
  readonly url?: string | undefined;
  /** The request's headers where `next/headers` does not reach: `context.req.headers` in `getServerSideProps`. */
  readonly headers?: Headers | Readonly<Record<string, string | readonly string[] | undefined>> | undefined;
}

/** Finds the visit of the request that is being handled, or of the one whose headers are given. */
export function pageVisits(
  shared: () => SharedCore,
  options: ConvertOptions,
): (where: ReadOptions) => Promise<PageVisit> {
  // Next.js hands out the same headers object all through a request: one visit for all its components.
  const visits = new WeakMap<object, Map<string | undefined, PageVisit>>();

  return async ({ url, headers }) => {
    // Not caught: this is how a prerender learns that the page depends on the request.
    const source = headers ?? (await nextHeaders());
    let ofRequest = visits.get(source);
    if (ofRequest === undefined) {
      ofRequest = new Map();
      visits.set(source, ofRequest);
    }
    let visit = ofRequest.get(url);
    if (visit === undefined) {
      visit = openPageVisit(shared, options, { headers: toHeaders(source), url });
      ofRequest.set(url, visit);
    }
    return visit;
  };
}

export function toHeaders(source: Headers | NonNullable<ReadOptions['headers']>): Headers {
  if (source instanceof Headers) return source;
  const headers = new Headers();
  for (const [name, value] of Object.entries(source)) {
    if (value !== undefined) headers.set(name, typeof value === 'string' ? value : value.join(', '));
  }
  return headers;
}
