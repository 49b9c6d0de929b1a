import type { ReceiptCookie } from '@convert-fullstack/server';
import { cookies } from 'next/headers.js';
import { after, NextResponse } from 'next/server.js';
import { serverTiming } from './server-timing.ts';
import { whenThere } from './when-there.ts';

// How a proxy's answer tells Next.js to go on, and with which request headers. Not public API, hence all in this file.
const NEXT = 'x-middleware-next';
const REWRITE = 'x-middleware-rewrite';
const OVERRIDDEN = 'x-middleware-override-headers';
const OVERRIDE = 'x-middleware-request-';
const NOT_FOUND = 'NEXT_HTTP_ERROR_FALLBACK;404';
const CHANGED_COOKIES = Symbol.for('next.mutated.cookies');

export interface AnswerChanges {
  /**
   * The request as the pages should see it: used whole when the answer does not replace request headers itself. `null`: as
   * it came.
   */
  readonly requestHeaders: Headers | null;
  /** Changes to the request headers that the answer hands on, by name. */
  readonly overrides: readonly (readonly [name: string, override: OverrideHeader])[];
  readonly requestUrl: URL;
  /** `Set-Cookie` values. */
  readonly setCookies: readonly string[];
  readonly responseHeaders: readonly (readonly [name: string, value: string])[];
  /** How long deciding took, in ms; `null`: nothing was decided. */
  readonly tookMs: number | null;
  /** Where the page of an address of this site really is; `null`: there. */
  readonly place: (address: URL) => Place | null | Promise<Place | null>;
}

/** A page that is chosen for the visitor and kept for many. */
export interface Place {
  /** `null`: the answer leads there already. */
  readonly url: string | null;
  readonly cacheControl: string;
  /** `Server-Timing` metric for the scripts of the page. */
  readonly timing: string;
  /** Whether it is told anything of the request. */
  readonly seesRequest: boolean;
}

/** The new value, from the one the answer hands on; `null` removes. `isForeign`: the page is rendered by another site. */
export type OverrideHeader = (current: string | null, isForeign: boolean) => string | null;

/** An application's answer with our cookies and request headers; everything else about it stays. `null`: it lets pass. */
export function completeAnswer(response: Response | null, changes: AnswerChanges): Response | Promise<Response> {
  const { setCookies, responseHeaders, tookMs, requestUrl } = changes;
  const goesOn = response === null || response.headers.has(NEXT) || response.headers.has(REWRITE);
  // Response.error(), of status 0, cannot be copied and carries nothing.
  if (response !== null && ((!goesOn && setCookies.length === 0) || response.status === 0)) return response;
  // A copy: the application may hand out one answer to many requests, and the headers of Response.redirect() are immutable.
  const completed = response === null ? new NextResponse(null) : copyOf(response);
  const { headers } = completed;
  const rewritten = response === null ? null : headers.get(REWRITE);
  const address = rewritten === null ? requestUrl : new URL(rewritten, requestUrl);
  const isForeign = rewritten !== null && address.origin !== requestUrl.origin;
  return whenThere(goesOn && !isForeign ? changes.place(address) : null, (place) => {
    const seesRequest = place?.seesRequest ?? true;
    if (goesOn && (seesRequest || headers.has(OVERRIDDEN))) overrideRequestHeaders(headers, changes, isForeign);
    if (response === null && (place === null || place.url === null)) headers.set(NEXT, '1');
    if (place !== null) goTo(place, headers);
    else if (goesOn && tookMs !== null) headers.append('server-timing', serverTiming(tookMs));
    for (const [name, value] of responseHeaders) headers.set(name, value);
    return setCookies.length === 0 ? completed : withCookies(completed, setCookies);
  });
}

function copyOf({ body, status, statusText, headers }: Response): NextResponse {
  return new NextResponse(body, { status, statusText, headers });
}

async function withCookies(response: NextResponse, setCookies: readonly string[]): Promise<NextResponse> {
  const { headers } = response;
  for (const cookie of setCookies) headers.append('set-cookie', cookie);
  // A shared cache that kept this answer would do to everybody's browser what is meant for one.
  headers.set('cache-control', 'private, no-store');
  // Its `cookies` have read the headers before, and do so only once.
  const completed = copyOf(response);
  await keepCookies(completed);
  return completed;
}

/**
 * What a proxy sets through `cookies()` of `next/headers` replaces all Set-Cookie headers of its answer: in that case
 * they are set that way as well.
 */
async function keepCookies(completed: NextResponse): Promise<void> {
  const jar = await cookieJar();
  const changed = (jar as { [CHANGED_COOKIES]?: readonly { name: string }[] } | null)?.[CHANGED_COOKIES] ?? [];
  if (jar === null || changed.length === 0) return;
  for (const cookie of completed.cookies.getAll()) {
    if (!changed.some(({ name }) => name === cookie.name)) jar.set(cookie);
  }
}

export type CookieJar = Awaited<ReturnType<typeof cookies>>;

/** `null` where something else than Next.js calls, a test for example. */
export async function cookieJar(): Promise<CookieJar | null> {
  try {
    return await cookies();
  } catch {
    return null;
  }
}

/** Next.js takes cookies in server actions and route handlers; elsewhere, the answer has begun and this does nothing. */
export function setCookieIfPossible(jar: CookieJar, cookie: ReceiptCookie): void {
  try {
    jar.set(cookie);
  } catch (error) {
    rethrowControlFlow(error);
  }
}

function goTo({ url, timing, cacheControl }: Place, headers: Headers): void {
  if (url !== null) {
    headers.delete(NEXT);
    headers.set(REWRITE, url);
  }
  headers.append('server-timing', timing);
  // The public address has another page for the next visitor. An application that allows even less has its way.
  if (!headers.get('cache-control')?.includes('no-store')) headers.set('cache-control', cacheControl);
}

function overrideRequestHeaders(
  headers: Headers,
  { requestHeaders, overrides }: AnswerChanges,
  isForeign: boolean,
): void {
  if (requestHeaders === null) return;
  const list = headers.get(OVERRIDDEN);
  const names = new Set(list === null ? requestHeaders.keys() : list.split(',').map((name) => name.trim()));
  if (list === null) {
    for (const [name, value] of requestHeaders) headers.set(OVERRIDE + name, value);
  }
  for (const [name, override] of overrides) {
    const value = override(headers.get(OVERRIDE + name), isForeign);
    if (value === null) {
      names.delete(name);
      headers.delete(OVERRIDE + name);
    } else {
      names.add(name);
      headers.set(OVERRIDE + name, value);
    }
  }
  headers.set(OVERRIDDEN, [...names].join(','));
}

/**
 * Whether a page that is rendered ahead of time may see something of the request all the same: with `cacheComponents` it has
 * parts that are rendered for it. And Next.js calls every loopback address `localhost`: started with another one
 * (`next start -H 127.0.0.1`), it takes its own rewrite for another site's page, requests it, and the proxy runs again.
 * `true` where neither is known.
 */
export function mayPrerenderedSeeRequest(): boolean {
  // Put in by the build as it stands here: a boolean.
  if (String(process.env.__NEXT_CACHE_COMPONENTS) !== 'false') return true;
  const origin = process.env.__NEXT_PRIVATE_ORIGIN ?? '';
  if (!URL.canParse(origin)) return true;
  const { hostname } = new URL(origin);
  return hostname === '[::1]' || hostname.startsWith('127.');
}

/** Runs `task` after the response where Next.js knows one; at once otherwise. */
export function afterResponse(task: () => Promise<void>): void {
  try {
    after(task);
  } catch (error) {
    rethrowControlFlow(error);
    void task();
  }
}

/** `notFound()`: its module is not to be had where proxies and route handlers run, which share their modules with pages. */
export function notFoundPage(): never {
  throw Object.assign(new Error(NOT_FOUND), { digest: NOT_FOUND });
}

/** Next.js steers rendering with errors that carry a `digest`; whoever swallows one breaks the page. */
export function rethrowControlFlow(error: unknown): void {
  if (error instanceof Error && 'digest' in error && typeof error.digest === 'string') throw error;
}

interface WorkStorage {
  exit<T>(run: () => T): T;
}

/**
 * Runs what belongs to the process, not to the page that happens to be rendered. Next.js keeps requests that start during
 * a prerender waiting for ever, and gives a page up in which somebody looks at the time or at a random number.
 */
export function outsideRender<T>(run: () => T): T {
  const { __nextGetStaticStore: storage } = globalThis.fetch as {
    __nextGetStaticStore?: () => WorkStorage | undefined;
  };
  const work = storage?.();
  return typeof work?.exit === 'function' ? work.exit(run) : run();
}
