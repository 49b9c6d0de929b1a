import { RECEIPT_COOKIE, THROWN_COOKIE } from '@convert-fullstack/core/bridge';
import { parseCookie, stringifySetCookie } from 'cookie';
import { cookiePairs, nameOf } from './cookie-header.ts';
import { publicUrl } from './public-url.ts';
import type { RequestVisitor } from './recognize-visitor.ts';
import { type RequestToRead, requestSource } from './request-source.ts';
import { isVisitorId } from './visitor-id.ts';
import type { CookieOptions, RequestSource, VisitorOptions } from './visitor-options.ts';

export const VISITOR_COOKIE = 'cv_vid';

/** In seconds. */
const ONE_YEAR = 31_536_000;

export interface CookieAttributes {
  readonly path: '/';
  readonly sameSite: 'lax';
  readonly secure: boolean;
  readonly domain?: string;
  /** In seconds. */
  readonly maxAge: number;
}

/**
 * `Set-Cookie` values that bring the browser in step with what is known about its visitor: sets the id it does not have
 * yet when consent is granted, erases what it kept when consent is denied, and touches nothing while it is pending.
 *
 * @example
 * for (const cookie of visitorCookies({ url, headers: request.headers }, visitor, options)) {
 *   response.headers.append('set-cookie', cookie);
 * }
 */
export function visitorCookies(
  request: RequestToRead,
  { visitorId, consent, isBot }: Omit<RequestVisitor, 'isNew'>,
  { cookie = {} }: Pick<VisitorOptions, 'cookie'> = {},
): string[] {
  if (isBot || consent === 'pending') return [];
  const source = requestSource(request);
  const { name = VISITOR_COOKIE, httpOnly = false } = cookie;
  const attributes = cookieAttributes(source, cookie);
  if (consent === 'granted') {
    if (visitorId === null || source.cookies.get(name) === visitorId) return [];
    if (cookieVisitorId(source, cookie) === visitorId) return [];
    // Every character of a visitor id may stand in a cookie as it is, and scripts then read it as it is.
    return [stringifySetCookie(name, visitorId, { ...attributes, httpOnly, encode: String })];
  }
  const erased = [name, RECEIPT_COOKIE].map((kept) => ({ kept, ...attributes }));
  // Scripts do not know the domain.
  const { domain: _, ...ofThisHost } = attributes;
  return [...erased, { kept: THROWN_COOKIE, ...ofThisHost }]
    .filter(({ kept }) => source.cookies.has(kept))
    .map(({ kept, ...place }) => stringifySetCookie(kept, '', { ...place, maxAge: 0 }));
}

/** What all cookies of ours have in common; browsers erase one only when path and domain are those it was set with. */
export function cookieAttributes(
  { url, headers }: RequestToRead,
  { domain, maxAge = ONE_YEAR }: CookieOptions = {},
): CookieAttributes {
  const { protocol } = url ?? publicUrl({ url: 'http://localhost', headers });
  return { path: '/', sameSite: 'lax', secure: protocol === 'https:', ...(domain !== undefined && { domain }), maxAge };
}

/** The first valid visitor id of a request's cookie, or `null`. */
export function cookieVisitorId(
  { headers, cookies }: RequestSource,
  { name = VISITOR_COOKIE }: CookieOptions = {},
): string | null {
  const first = cookies.get(name);
  if (first === undefined) return null;
  if (isVisitorId(first)) return first;
  for (const pair of cookiePairs(headers.get('cookie'))) {
    if (nameOf(pair) !== name) continue;
    const value = parseCookie(pair)[name];
    if (isVisitorId(value)) return value;
  }
  return null;
}

/**
 * The `Cookie` header of a request as the pages behind should see it: with this visitor id and no other, or without any
 * when there is no visitor. All other cookies stay byte for byte; `null`: none is left.
 */
export function requestCookieHeader(
  cookieHeader: string | null,
  { visitorId, isBot }: Pick<RequestVisitor, 'visitorId' | 'isBot'>,
  { name = VISITOR_COOKIE }: CookieOptions = {},
): string | null {
  if (isBot) return cookieHeader;
  const own = visitorId === null ? null : `${name}=${visitorId}`;
  // As nearly every request has it.
  const isOnly = cookieHeader !== null && cookieHeader.indexOf(name) === cookieHeader.lastIndexOf(name);
  if (own !== null && isOnly && `; ${cookieHeader};`.includes(`; ${own};`)) return cookieHeader;
  const replaced = own === null ? [name, RECEIPT_COOKIE] : [name];
  const pairs = cookiePairs(cookieHeader);
  const found = pairs.filter((pair) => replaced.includes(nameOf(pair)));
  if (found.length === (own === null ? 0 : 1) && (found[0] ?? null) === own) return cookieHeader || null;
  const others = pairs.filter((pair) => !found.includes(pair));
  return (own === null ? others : [...others, own]).join('; ') || null;
}
