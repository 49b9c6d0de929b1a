import type { Assignment, FeatureResult } from '@convert-fullstack/core';
import {
  decideRequest,
  publicUrl,
  readVisitor,
  VISITOR_COOKIE,
  visitorCookie,
  withVisitorCookie,
} from '@convert-fullstack/server';
import { type NextFetchEvent, type NextRequest, NextResponse } from 'next/server.js';
import { type Decided, decided, decisionsOf } from './decided.ts';
import { type AnswerChanges, completeAnswer } from './next-protocol.ts';
import type { ConvertOptions } from './options.ts';
import type { SharedCore } from './shared-core.ts';
import { VISIT_HEADER, type Visit } from './visit-header.ts';

/** The visitor of the request that the proxy is handling. */
export interface ProxyVisitor {
  /** `null` when the proxy failed: nothing is decided then. */
  readonly visitorId: string | null;
  readonly isNew: boolean;
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

const NOBODY: ProxyVisitor = { visitorId: null, isNew: false, experience: () => null, feature: () => null };

export function createProxy(shared: () => SharedCore, options: ConvertOptions, handler?: ProxyHandler): ConvertProxy {
  return async (request, event) => {
    const inbound = request.headers.get(VISIT_HEADER);
    const opened = await open(shared, options, request, inbound).catch((error: unknown) => {
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
  request: NextRequest,
  inbound: string | null,
): Promise<Opened> {
  request.headers.delete(VISIT_HEADER);
  const { cookieName = VISITOR_COOKIE } = options;
  const source = shared();
  const signer = await source.signer;
  const visitor = readVisitor(request, { cookieName });
  const earlier = inbound === null ? null : await signer.verify(inbound);
  // The proxy has already run for this request, for example before a rewrite: what it found then is still true. A server
  // action that redirects is another matter: Next.js fetches the target with the headers of the action's own request.
  const isSame = earlier?.visitorId === visitor.visitorId && earlier.method === request.method;
  const known = isSame ? earlier : null;
  const isNew = known?.isNew ?? visitor.isNew;
  const url = known?.url ? new URL(known.url) : publicUrl(request);

  const { visitorId } = visitor;
  const decisions = await decide(source, options, request, { visitorId, isNew, url });
  const configVersion = source.core?.currentConfig?.version ?? null;
  const visit: Visit = {
    visitorId,
    isNew,
    method: request.method,
    url: url.href,
    configVersion,
    decisions: decisions && decisionsOf(decisions.payload()),
  };
  const header = await signer.sign(visit);

  const cookie = withVisitorCookie(request.headers.get('cookie'), visitorId, { cookieName });
  // Keeps `request.cookies` in step; its own way of writing the header would re-encode all others.
  if (visitor.isNew) request.cookies?.set(cookieName, visitorId);
  request.headers.set('cookie', cookie);
  request.headers.set(VISIT_HEADER, header);
  return {
    visitor: {
      visitorId,
      isNew,
      experience: (key) => decisions?.experience(key) ?? null,
      feature: (key) => decisions?.feature(key) ?? null,
    },
    changes: {
      requestHeaders: new Headers(request.headers),
      requestUrl: request.url,
      overrides: {
        cookie: (current) => withVisitorCookie(current, visitorId, { cookieName }),
        [VISIT_HEADER]: (_current, isForeign) => (isForeign ? null : header),
      },
      setCookie: visitor.isNew
        ? visitorCookie(visitorId, { secure: publicUrl(request).protocol === 'https:', cookieName })
        : null,
    },
  };
}

/** The request as it would be without us. */
function closed(request: NextRequest, inbound: string | null): Opened {
  if (inbound === null) return { visitor: NOBODY, changes: null };
  const requestHeaders = new Headers(request.headers);
  requestHeaders.delete(VISIT_HEADER);
  const overrides = { [VISIT_HEADER]: () => null };
  return { visitor: NOBODY, changes: { requestHeaders, requestUrl: request.url, overrides, setCookie: null } };
}

/** `null`: there is no config to decide with. */
async function decide(
  source: SharedCore,
  { attributes, cookieName }: ConvertOptions,
  { headers }: NextRequest,
  { visitorId, isNew, url }: { visitorId: string; isNew: boolean; url: URL },
): Promise<Decided | null> {
  const { core, firstConfig } = source;
  await firstConfig;
  if (core === null || core.currentConfig === null) return null;
  const visitor = { visitorId, isNew };
  return decided(core, await decideRequest(core, { visitor, url, headers, attributes, cookieName }));
}
