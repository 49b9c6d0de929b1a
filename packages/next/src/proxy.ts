import type { Assignment, FeatureResult, PreviewRequest } from '@convert-fullstack/core';
import { type PageVisitor, RECEIPT_COOKIE } from '@convert-fullstack/core/bridge';
import {
  type CookieOptions,
  decideRequest,
  forgetVisitor,
  originalPayload,
  previewCookieHeader,
  previewCookies,
  previewsOf,
  publicUrl,
  type RequestSource,
  type RequestVisitor,
  recognizeVisitor,
  requestCookieHeader,
  requestSource,
  VISITOR_COOKIE,
  visitorCookies,
  withVisitorId,
} from '@convert-fullstack/server';
import { type NextFetchEvent, type NextRequest, NextResponse } from 'next/server.js';
import { type Decided, decided, decisionsOf } from './decided.ts';
import { leavePreview } from './leave-preview.ts';
import { type AnswerChanges, completeAnswer } from './next-protocol.ts';
import type { ConvertOptions } from './options.ts';
import { serverTiming } from './server-timing.ts';
import type { SharedCore } from './shared-core.ts';
import { type StaticPages, staticPages } from './static-pages.ts';
import type { StaticVariants } from './static-variants.ts';
import { VISIT_HEADER, type Visit } from './visit-header.ts';

/** The visitor of the request that the proxy is handling. */
export interface ProxyVisitor extends Pick<RequestVisitor, 'visitorId' | 'consent' | 'isBot' | 'isNew'> {
  experience(key: string): Assignment | null;
  feature(key: string): FeatureResult | null;
}

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

/** What is known about a request before the application answers it. */
interface Opened {
  readonly visitor: ProxyVisitor;
  readonly changes: AnswerChanges;
  /** The proxy has run before for this request, for example before a rewrite. */
  readonly isRepeated: boolean;
}

const NOBODY: ProxyVisitor = {
  visitorId: null,
  consent: 'pending',
  isBot: false,
  isNew: false,
  experience: () => null,
  feature: () => null,
};

/** Neither caches nor search engines shall take them for the page. */
const OF_PREVIEWS = { 'cache-control': 'private, no-store', 'x-robots-tag': 'noindex' };

const UNKNOWN: PageVisitor = { visitorId: null, consent: 'pending' };

export function createProxy(
  shared: () => SharedCore,
  options: ConvertOptions,
  { handler, staticVariants = [] }: ProxyOptions,
): ConvertProxy {
  const pages = staticPages(staticVariants);
  return async (request, event) => {
    const left = leavePreview(request, options.cookie);
    if (left !== null) return left;
    const inbound = request.headers.get(VISIT_HEADER);
    const opened = await open(shared, options, pages, { request, event }, inbound).catch((error: unknown) => {
      shared().notices.failure('The proxy', error);
      return closed(pages, request, inbound);
    });
    const refusal = opened.isRepeated ? null : pages.refuse(request);
    if (refusal !== null) return refusal;
    // Outside of any try: what the application throws is the application's.
    const answer = (await handler?.(request, opened.visitor, event)) ?? NextResponse.next();
    try {
      return await completeAnswer(answer, opened.changes);
    } catch (error) {
      shared().notices.failure('The proxy', error);
      return answer;
    }
  };
}

/** Decides for the request and changes its headers in place: a copy would lose its body, signal and `nextUrl`. */
async function open(
  shared: () => SharedCore,
  options: ConvertOptions,
  pages: StaticPages,
  { request, event }: { readonly request: NextRequest; readonly event: NextFetchEvent },
  inbound: string | null,
): Promise<Opened> {
  const startedAt = performance.now();
  request.headers.delete(VISIT_HEADER);
  const ofProcess = shared();
  const carrier = await ofProcess.carrier;
  await ofProcess.firstConfig;
  const earlier = inbound === null ? null : await carrier.read(inbound);
  const { visitor, source } = recognize(ofProcess, options, request, earlier);

  const asked = previewsOf(source);
  const decisions = await decide(ofProcess, options, visitor, source);
  const payload = decisions?.payload() ?? null;
  // What does not exist is not remembered: it would be looked for with every page.
  const previews = payload === null ? asked : (payload.previewed ?? []);
  const visit: Visit = {
    ...visitor,
    method: request.method,
    url: source.url?.href ?? null,
    configVersion: ofProcess.core?.currentConfig?.version ?? null,
    // Pages decide a preview again, from the cookie.
    decisions: payload === null || payload.preview ? null : decisionsOf(payload),
  };
  const header = await carrier.write(visit);

  const { cookie } = options;
  const ofVisitor = visitorCookies(source, visitor, options);
  // With its cookie goes the last word on whose record it is. Only then: not with every request of somebody who denied.
  if (visitor.consent === 'denied' && ofVisitor.length > 0) event.waitUntil(forget(ofProcess, options, source));
  const setCookies = [...ofVisitor, ...previewCookies(source, previews, cookie)];
  changeCookies(request, visitor, cookie);
  changePreviews(request, previews);
  request.headers.set(VISIT_HEADER, header);
  const tookMs = performance.now() - startedAt;
  return {
    visitor: {
      ...visitor,
      experience: (key) => decisions?.experience(key) ?? null,
      feature: (key) => decisions?.feature(key) ?? null,
    },
    changes: {
      requestHeaders: new Headers(request.headers),
      requestUrl: request.url,
      overrides: {
        // Another site gets no id that this visitor has not agreed to yet.
        cookie: (current, isForeign) =>
          previewCookieHeader(
            requestCookieHeader(current, isForeign && visitor.consent === 'pending' ? NOBODY : visitor, cookie),
            isForeign ? [] : previews,
          ),
        [VISIT_HEADER]: (_current, isForeign) => (isForeign ? null : header),
      },
      setCookies,
      ...(payload?.preview && { responseHeaders: OF_PREVIEWS }),
      timing: decisions && serverTiming(tookMs),
      place: (address) =>
        pages.find(address, {
          request,
          assigned: payload?.experiences ?? [],
          visitor: async () => ({
            ...(await originalPayload(visitor, cookie)),
            ...(payload?.preview && { preview: true }),
          }),
          isRepeated: earlier !== null,
          tookMs,
        }),
    },
    isRepeated: earlier !== null,
  };
}

interface Recognized {
  readonly visitor: RequestVisitor;
  readonly source: RequestSource;
}

/** Gives an id to everybody who may have one. */
function recognize(
  { core }: SharedCore,
  options: ConvertOptions,
  request: NextRequest,
  earlier: Visit | null,
): Recognized {
  const { method, headers } = request;
  const privacy = core?.currentConfig?.privacy;

  function recognizeAt(url: URL): Recognized {
    const source = requestSource({ url, headers });
    return { visitor: recognizeVisitor({ ...source, method, privacy }, options), source };
  }

  // The proxy has already run for this request, for example before a rewrite: what it found then is still true. A server
  // action that redirects is another matter: Next.js fetches the target with the headers of the action's own request.
  if (earlier?.method === method) {
    const { visitor, source } = recognizeAt(earlier.url === null ? publicUrl(request) : new URL(earlier.url));
    if (visitor.visitorId === earlier.visitorId) return { visitor: { ...visitor, isNew: earlier.isNew }, source };
  }
  const { visitor, source } = recognizeAt(publicUrl(request));
  return { visitor: withVisitorId(visitor), source };
}

/** What the application's own proxy reads. */
function changeCookies(request: NextRequest, visitor: RequestVisitor, cookie: CookieOptions = {}): void {
  if (visitor.isBot) return;
  const { visitorId } = visitor;
  const { name = VISITOR_COOKIE } = cookie;
  const header = requestCookieHeader(request.headers.get('cookie'), visitor, cookie);
  // Keeps `request.cookies` in step; its own way of writing the header would re-encode all others.
  if (visitorId === null) request.cookies?.delete([name, RECEIPT_COOKIE]);
  else if (request.cookies?.get(name)?.value !== visitorId) request.cookies?.set(name, visitorId);
  if (header === null) request.headers.delete('cookie');
  else request.headers.set('cookie', header);
}

async function forget({ core, notices }: SharedCore, options: ConvertOptions, source: RequestSource): Promise<void> {
  try {
    if (core !== null) await forgetVisitor(core, source, options);
  } catch (error) {
    notices.failure('Forgetting a visitor who denied consent', error);
  }
}

function changePreviews(request: NextRequest, previews: readonly PreviewRequest[]): void {
  const before = request.headers.get('cookie');
  const header = previewCookieHeader(before, previews);
  if (header === before) return;
  if (header === null) request.headers.delete('cookie');
  else request.headers.set('cookie', header);
}

/** The request as it would be without us. */
function closed(pages: StaticPages, request: NextRequest, inbound: string | null): Opened {
  const stripped = new Headers(request.headers);
  stripped.delete(VISIT_HEADER);
  return {
    visitor: NOBODY,
    changes: {
      requestHeaders: inbound === null ? null : stripped,
      requestUrl: request.url,
      overrides: { [VISIT_HEADER]: () => null },
      setCookies: [],
      timing: null,
      place: (address) =>
        pages.find(address, { request, assigned: [], visitor: () => UNKNOWN, isRepeated: false, tookMs: 0 }),
    },
    isRepeated: false,
  };
}

/** `null`: there is no config to decide with, or nobody to decide for. */
async function decide(
  { core, parseUserAgent }: SharedCore,
  { attributes }: ConvertOptions,
  visitor: RequestVisitor,
  source: RequestSource,
): Promise<Decided | null> {
  if (core === null || core.currentConfig === null) return null;
  if (visitor.visitorId === null && previewsOf(source).length === 0) return null;
  return decided(
    core,
    visitor.visitorId,
    await decideRequest(core, { ...source, visitor, attributes, parseUserAgent }),
  );
}
