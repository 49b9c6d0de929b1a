import type { Payload, PreviewRequest } from '@convert-fullstack/core';
import { type PageVisitor, writePageVisitor } from '@convert-fullstack/core/bridge';
import {
  browserPayload,
  decideRequest,
  forgetVisitor,
  previewCookieHeader,
  previewCookies,
  previewsOf,
  type RequestSource,
  type RequestVisitor,
  requestCookieHeader,
  visitorCookies,
} from '@convert-fullstack/server';
import type { NextFetchEvent, NextRequest } from 'next/server.js';
import { decided, decisionsOf } from './decided.ts';
import { adviseOnEdge } from './edge-advice.ts';
import { inTime } from './in-time.ts';
import type { AnswerChanges, Place } from './next-protocol.ts';
import { type ConvertOptions, TIMEOUT_MS } from './options.ts';
import { type ProxyVisitor, proxyVisitor } from './proxy-visitor.ts';
import { type Recognized, recognizeRequest } from './recognize-request.ts';
import { bringInStep } from './request-in-step.ts';
import { serverTiming } from './server-timing.ts';
import type { SharedCore } from './shared-core.ts';
import type { AskedPage, StaticPage } from './static-pages.ts';
import { VISIT_HEADER, type Visit, type VisitCarrier } from './visit-header.ts';
import { whenThere } from './when-there.ts';

export interface ReceivedRequest {
  readonly request: NextRequest;
  readonly event: NextFetchEvent;
  /** Of the request. */
  readonly url: URL;
  readonly page: AskedPage;
  /** The application has a part in the answer, and may ask for any decision. */
  readonly isHandled: boolean;
}

/** What is known about a request before the application answers it. */
export interface OpenedRequest {
  readonly visitor: () => ProxyVisitor;
  readonly changes: AnswerChanges;
  /** The proxy has run before for this request, for example before a rewrite. */
  readonly isRepeated: boolean;
}

const NOBODY = { visitorId: null, consent: 'pending', isBot: false, isNew: false } as const;

/** Neither caches nor search engines shall take them for the page. */
const OF_PREVIEWS = [
  ['cache-control', 'private, no-store'],
  ['x-robots-tag', 'noindex'],
] as const;
const NO_HEADERS = [] as const;

const UNDECIDED: Payload = { version: 1, visitorId: null, experiences: [], goals: [] };

/**
 * Decides for the request and changes its headers in place: a copy would lose its body, signal and `nextUrl`. Only what
 * really takes time is waited for.
 */
export function openRequest(
  shared: () => SharedCore,
  options: ConvertOptions,
  received: ReceivedRequest,
  inbound: string | null,
): OpenedRequest | Promise<OpenedRequest> {
  const startedAt = performance.now();
  if (inbound !== null) received.request.headers.delete(VISIT_HEADER);
  const ofProcess = shared();
  adviseOnEdge(ofProcess, options);
  return whenThere(ofProcess.ready(), (carrier) =>
    whenThere(inbound === null ? null : carrier.read(inbound), (earlier) =>
      openFor(ofProcess, options, received, { carrier, earlier, startedAt }),
    ),
  );
}

interface Opening {
  readonly carrier: VisitCarrier;
  /** What the proxy found when it ran for this request before. */
  readonly earlier: Visit | null;
  readonly startedAt: number;
}

function openFor(
  ofProcess: SharedCore,
  options: ConvertOptions,
  received: ReceivedRequest,
  { carrier, earlier, startedAt }: Opening,
): OpenedRequest | Promise<OpenedRequest> {
  const { request, page, isHandled } = received;
  const { visitor, source } = recognizeRequest(ofProcess, options, received, earlier);
  const { timeoutMs = TIMEOUT_MS } = options;
  const only = isHandled ? undefined : page.experiences;
  const previews = previewsOf(source);
  const deciding =
    visitor.visitorId === null && previews.length === 0 ? null : decide(ofProcess, options, visitor, source, only);
  const leftMs = startedAt + timeoutMs - performance.now();
  return whenThere(deciding instanceof Promise ? inTime(deciding, leftMs) : deciding, (payload) => {
    // A page that learns nothing else of the request has no use for it.
    const writing =
      only === undefined ? carrier.write(visitOf(request, ofProcess, { visitor, source, payload })) : null;
    return whenThere(writing, (header) =>
      opened(ofProcess, options, received, {
        visitor,
        source,
        payload,
        // What does not exist is not remembered: it would be looked for with every page.
        previews: payload === null ? previews : (payload.previewed ?? []),
        header,
        isRepeated: earlier !== null,
        startedAt,
      }),
    );
  });
}

interface Decisions extends Recognized {
  /** `null`: there are none. */
  readonly payload: Payload | null;
}

interface Found extends Decisions {
  /** What the browser remembers from now on. */
  readonly previews: readonly PreviewRequest[];
  /** What the pages are told. */
  readonly header: string | null;
  readonly isRepeated: boolean;
  readonly startedAt: number;
}

function opened(
  ofProcess: SharedCore,
  options: ConvertOptions,
  { request, event, url, page, isHandled }: ReceivedRequest,
  { visitor, source, payload, previews, header, isRepeated, startedAt }: Found,
): OpenedRequest {
  const { cookie } = options;
  const ofVisitor = visitorCookies(source, visitor, options);
  // With its cookie goes the last word on whose record it is. Only then: not with every request of somebody who denied.
  if (visitor.consent === 'denied' && ofVisitor.length > 0) event.waitUntil(forget(ofProcess, options, source));
  const setCookies = [...ofVisitor, ...previewCookies(source, previews, cookie)];
  bringInStep(request, { visitor, previews }, cookie);
  if (header !== null) request.headers.set(VISIT_HEADER, header);
  const tookMs = performance.now() - startedAt;
  return {
    visitor: () => proxyVisitor(visitor, payload && decided(ofProcess.core, visitor.visitorId, payload)),
    changes: {
      // What an application changes in its request is its own.
      requestHeaders: isHandled ? new Headers(request.headers) : request.headers,
      requestUrl: url,
      overrides: [
        [
          'cookie',
          // Another site gets no id that this visitor has not agreed to yet.
          (current, isForeign) =>
            previewCookieHeader(
              requestCookieHeader(current, isForeign && visitor.consent === 'pending' ? NOBODY : visitor, cookie),
              isForeign ? [] : previews,
            ),
        ],
        [VISIT_HEADER, (_current, isForeign) => (isForeign ? null : header)],
      ],
      setCookies,
      responseHeaders: payload?.preview ? OF_PREVIEWS : NO_HEADERS,
      tookMs: payload && tookMs,
      place(address) {
        const found = page.find(address, { assigned: payload?.experiences ?? [], isRepeated });
        if (found === null) return null;
        const { visitorId } = visitor;
        const told = browserPayload(payload ?? { ...UNDECIDED, visitorId }, visitor, cookie);
        return whenThere(told, (one) => placeFor(found, one, tookMs));
      },
    },
    isRepeated,
  };
}

function visitOf(
  { method }: NextRequest,
  { core }: SharedCore,
  { visitor, source: { url }, payload }: Decisions,
): Visit {
  return {
    ...visitor,
    method,
    url: url?.href ?? null,
    configVersion: core?.currentConfig?.version ?? null,
    // Pages decide again what took too long, and a preview, from the cookie.
    decisions: payload === null || payload.preview ? null : decisionsOf(payload),
  };
}

/** The request as it would be without us. */
export function closedRequest({ request, url, page }: ReceivedRequest, inbound: string | null): OpenedRequest {
  const stripped = new Headers(request.headers);
  stripped.delete(VISIT_HEADER);
  return {
    visitor: () => proxyVisitor(NOBODY, null),
    changes: {
      requestHeaders: inbound === null ? null : stripped,
      requestUrl: url,
      overrides: [[VISIT_HEADER, () => null]],
      setCookies: [],
      responseHeaders: NO_HEADERS,
      tookMs: null,
      place(address) {
        const found = page.find(address, { assigned: [], isRepeated: false });
        return found && placeFor(found, { visitorId: null, consent: 'pending' }, 0);
      },
    },
    isRepeated: false,
  };
}

function placeFor({ url, variants, seesRequest }: StaticPage, visitor: PageVisitor, tookMs: number): Place {
  const { consent, visitorRef } = visitor;
  // The public address has another page for the next visitor. Going back, a browser may show what it keeps without asking:
  // the page then sees by the cookie whether that is still true, unless the cookie was erased or no script can see it. Where
  // the request leads there already, an earlier answer may have had a cookie.
  const mayBeKept = consent !== 'denied' && visitorRef === undefined && url !== null;
  return {
    url,
    seesRequest,
    cacheControl: mayBeKept ? 'private, no-cache' : 'private, no-store',
    timing: serverTiming(tookMs, writePageVisitor(variants, visitor)),
  };
}

/** `null`: there is no config to decide with. */
function decide(
  { core, parseUserAgent }: SharedCore,
  { attributes }: ConvertOptions,
  visitor: RequestVisitor,
  { url, headers, cookies }: RequestSource,
  only: readonly string[] | undefined,
): Payload | Promise<Payload> | null {
  if (core === null || core.currentConfig === null) return null;
  return decideRequest(core, { url, headers, cookies, visitor, attributes, parseUserAgent, only });
}

async function forget({ core, notices }: SharedCore, options: ConvertOptions, source: RequestSource): Promise<void> {
  try {
    if (core !== null) await forgetVisitor(core, source, options);
  } catch (error) {
    notices.failure('Forgetting a visitor who denied consent', error);
  }
}
