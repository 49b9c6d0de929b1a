import { parseCookie, stringifySetCookie } from 'cookie';

export const VISITOR_COOKIE = 'cv_vid';

/** One year, in seconds. */
const COOKIE_MAX_AGE = 31_536_000;

// Only characters that mean the same in a cookie, a URL, a log line and the collector's database.
const VISITOR_ID = /^[A-Za-z0-9._~:@+=|-]{1,128}$/;

export interface CookieOptions {
  /** Default `cv_vid`. */
  readonly cookieName?: string | undefined;
}

export interface RequestVisitor {
  readonly visitorId: string;
  /** The request brought no id that could be kept: this one was made for it. */
  readonly isNew: boolean;
}

/** Whether a visitor id can be kept: 1 to 128 characters of `A-Z a-z 0-9 . _ ~ : @ + = | -`. */
export function isVisitorId(value: unknown): value is string {
  return typeof value === 'string' && VISITOR_ID.test(value);
}

/**
 * The visitor of a request: the first valid id of its cookie, otherwise a new UUID.
 *
 * @example
 * const { visitorId, isNew } = readVisitor(request);
 */
export function readVisitor(source: { readonly headers: Headers } | Headers, options?: CookieOptions): RequestVisitor {
  const visitorId = visitorIdOf(source, options);
  return visitorId === null ? { visitorId: crypto.randomUUID(), isNew: true } : { visitorId, isNew: false };
}

/** The first valid visitor id of a request's cookie, or `null`; nothing is made up. */
export function visitorIdOf(
  source: { readonly headers: Headers } | Headers,
  { cookieName = VISITOR_COOKIE }: CookieOptions = {},
): string | null {
  // Not `'headers' in source`: what next/headers returns is a Headers object that has such a field inside.
  const headers = 'get' in source ? source : source.headers;
  for (const pair of cookiePairs(headers.get('cookie'))) {
    if (nameOf(pair) !== cookieName) continue;
    const value = parseCookie(pair)[cookieName];
    if (isVisitorId(value)) return value;
  }
  return null;
}

/**
 * `Set-Cookie` value that keeps a visitor id for a year, readable by the browser; `secure` adds `Secure` (https only).
 *
 * @example
 * if (isNew) response.headers.append('set-cookie', visitorCookie(visitorId, { secure: true }));
 */
export function visitorCookie(
  visitorId: string,
  { secure, cookieName = VISITOR_COOKIE }: CookieOptions & { readonly secure: boolean },
): string {
  return stringifySetCookie(cookieName, visitorId, {
    path: '/',
    sameSite: 'lax',
    maxAge: COOKIE_MAX_AGE,
    secure,
    // Every character of a visitor id may stand in a cookie as it is, and scripts then read it as it is.
    encode: String,
  });
}

/** A `Cookie` request header in which this visitor id is the only one; all other cookies stay byte for byte. */
export function withVisitorCookie(
  cookieHeader: string | null,
  visitorId: string,
  { cookieName = VISITOR_COOKIE }: CookieOptions = {},
): string {
  const others = cookiePairs(cookieHeader).filter((pair) => nameOf(pair) !== cookieName);
  return [...others, `${cookieName}=${visitorId}`].join('; ');
}

function cookiePairs(cookieHeader: string | null): string[] {
  if (!cookieHeader) return [];
  return cookieHeader
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '');
}

function nameOf(pair: string): string {
  const end = pair.indexOf('=');
  return (end === -1 ? pair : pair.slice(0, end)).trim();
}
