import type { Assignment, FeatureResult, PreviewRequest } from '@convert-fullstack/core';
import { RECEIPT_COOKIE } from '@convert-fullstack/core/bridge';
import {
  type CookieOptions,
  decideRequest,
  forgetVisitor,
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
import type { SharedCore } from './shared-core.ts';
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

export type ConvertProxy = (request: NextRequest, event: NextFetchEvent) => Promise<Response>;

/** What is known about a request before the application answers it. */
interface Opened {
  readonly visitor: ProxyVisitor;
  /** `null`: the application's answer is the answer. */
  readonly changes: AnswerChanges | null;
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

export function createProxy(shared: () => SharedCore, options: ConvertOptions, handler?: ProxyHandler): ConvertProxy {
  return async (request, event) => {
    const left = leavePreview(request, options.cookie);
    if (left !== null) return left;
    const inbound = request.headers.get(VISIT_HEADER);
    const opened = await open(shared, options, { request, event }, inbound).catch((error: unknown) => {
      shared().notices.failure('The proxy', error);
      return closed(request, inbound);
    });
    // Outside of any try: what the application throws is the application's.
    const answer = (await handler?.(request, opened.visitor, event)) ?? NextResponse.next();
    if (opened.changes === null) return answer;
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
  { request, event }: { readonly request: NextRequest; readonly event: NextFetchEvent },
  inbound: string | null,
): Promise<Opened> {
  request.headers.delete(VISIT_HEADER);
  const ofProcess = shared();
  const signer = await ofProcess.signer;
  await ofProcess.firstConfig;
  const earlier = inbound === null ? null : await signer.verify(inbound);
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
  const header = await signer.sign(visit);

  const { cookie } = options;
  const ofVisitor = visitorCookies(source, visitor, options);
  // With its cookie goes the last word on whose record it is. Only then: not with every request of somebody who denied.
  if (visitor.consent === 'denied' && ofVisitor.length > 0) event.waitUntil(forget(ofProcess, options, source));
  const setCookies = [...ofVisitor, ...previewCookies(source, previews, cookie)];
  changeCookies(request, visitor, cookie);
  changePreviews(request, previews);
  request.headers.set(VISIT_HEADER, header);
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
    },
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
function closed(request: NextRequest, inbound: string | null): Opened {
  if (inbound === null) return { visitor: NOBODY, changes: null };
  const requestHeaders = new Headers(request.headers);
  requestHeaders.delete(VISIT_HEADER);
  const overrides = { [VISIT_HEADER]: () => null };
  return { visitor: NOBODY, changes: { requestHeaders, requestUrl: request.url, overrides, setCookies: [] } };
}

/** `null`: there is no config to decide with, or nobody to decide for. */
async function decide(
  { core }: SharedCore,
  { attributes }: ConvertOptions,
  visitor: RequestVisitor,
  source: RequestSource,
): Promise<Decided | null> {
  if (core === null || core.currentConfig === null) return null;
  if (visitor.visitorId === null && previewsOf(source).length === 0) return null;
  return decided(core, visitor.visitorId, await decideRequest(core, { ...source, visitor, attributes }));
}
