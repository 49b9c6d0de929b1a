import { type NextFetchEvent, type NextRequest, NextResponse } from 'next/server.js';
import { leavePreview } from './leave-preview.ts';
import { completeAnswer } from './next-protocol.ts';
import { closedRequest, type OpenedRequest, openRequest, type ReceivedRequest } from './opened-request.ts';
import type { ConvertOptions } from './options.ts';
import type { ProxyVisitor } from './proxy-visitor.ts';
import type { SharedCore } from './shared-core.ts';
import { staticPages } from './static-pages.ts';
import type { StaticVariants } from './static-variants.ts';
import { VISIT_HEADER } from './visit-header.ts';

/** The application's own part of a proxy; no answer means `NextResponse.next()`. */
export type ProxyHandler = (
  request: NextRequest,
  visitor: ProxyVisitor,
  event: NextFetchEvent,
) => Answer | Promise<Answer>;

type Answer = Response | null | undefined;

export interface ProxyOptions {
  /** The application's own part; a page that it lets pass, or rewrites to, may be one of the static variants. */
  readonly handler?: ProxyHandler | undefined;
  /** Whose pages visitors are led to. */
  readonly staticVariants?: readonly StaticVariants[] | undefined;
}

export type ConvertProxy = (request: NextRequest, event: NextFetchEvent) => Promise<Response>;

export function createProxy(
  shared: () => SharedCore,
  options: ConvertOptions,
  { handler, staticVariants = [] }: ProxyOptions,
): ConvertProxy {
  const pages = staticPages(staticVariants);
  return async (request, event) => {
    const url = new URL(request.url);
    const left = leavePreview(request, url, options.cookie);
    if (left !== null) return left;
    const inbound = request.headers.get(VISIT_HEADER);
    const page = pages.asked(request, url);
    const received: ReceivedRequest = { request, event, url, page, isHandled: handler !== undefined };
    let opened: OpenedRequest;
    try {
      const opening = openRequest(shared, options, received, inbound);
      opened = opening instanceof Promise ? await opening : opening;
    } catch (error) {
      shared().notices.failure('The proxy', error);
      opened = closedRequest(received, inbound);
    }
    const refusal = opened.isRepeated ? null : page.refuse();
    if (refusal !== null) return refusal;
    // Outside of any try: what the application throws is the application's.
    const answer = handler === undefined ? null : ((await handler(request, opened.visitor(), event)) ?? null);
    try {
      const completing = completeAnswer(answer, opened.changes);
      return completing instanceof Promise ? await completing : completing;
    } catch (error) {
      shared().notices.failure('The proxy', error);
      return answer ?? NextResponse.next();
    }
  };
}
