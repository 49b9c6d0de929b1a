import {
  publicUrl,
  type RequestSource,
  type RequestVisitor,
  recognizeVisitor,
  requestSource,
  withVisitorId,
} from '@convert-fullstack/server';
import type { ReceivedRequest } from './opened-request.ts';
import type { ConvertOptions } from './options.ts';
import type { SharedCore } from './shared-core.ts';
import type { Visit } from './visit-header.ts';

export interface Recognized {
  readonly visitor: RequestVisitor;
  readonly source: RequestSource;
}

/** Who a request in the proxy comes from. Gives an id to everybody who may have one. */
export function recognizeRequest(
  { core, parseUserAgent }: SharedCore,
  options: ConvertOptions,
  { request, url: innerUrl }: Pick<ReceivedRequest, 'request' | 'url'>,
  earlier: Visit | null,
): Recognized {
  const { method, headers } = request;
  const privacy = core?.currentConfig?.privacy;

  function recognizeAt(url: URL): Recognized {
    const source = requestSource({ url, headers });
    const { cookies } = source;
    return { visitor: recognizeVisitor({ url, headers, cookies, method, privacy, parseUserAgent }, options), source };
  }

  const requested = publicUrl({ url: innerUrl, headers });
  // The proxy has already run for this request, for example before a rewrite: what it found then is still true. A server
  // action that redirects is another matter: Next.js fetches the target with the headers of the action's own request.
  if (earlier?.method === method) {
    const { visitor, source } = recognizeAt(earlier.url === null ? requested : new URL(earlier.url));
    if (visitor.visitorId === earlier.visitorId) return { visitor: { ...visitor, isNew: earlier.isNew }, source };
  }
  const { visitor, source } = recognizeAt(requested);
  return { visitor: withVisitorId(visitor), source };
}
