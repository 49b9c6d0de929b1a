import type { PreviewRequest } from '@convert-fullstack/core';
import { formatPairs, PREVIEW_COOKIE, previewsIn } from '@convert-fullstack/core/bridge';
import { stringifySetCookie } from 'cookie';
import { cookiePairs, nameOf } from './cookie-header.ts';
import { cookieAttributes } from './visitor-cookies.ts';
import type { CookieOptions, RequestSource } from './visitor-options.ts';

/**
 * What a request previews, newest first, one variation of each experience: what its address asks for
 * (`?convert_preview=12.34`, also several times) before what the session remembers. With `off` the session forgets. What is
 * malformed is ignored; whether the ids exist is not looked at.
 *
 * @example
 * const previews = previewsOf({ url, cookies });
 */
export function previewsOf({ url, cookies }: Pick<RequestSource, 'url' | 'cookies'>): readonly PreviewRequest[] {
  return previewsIn(url, cookies.get(PREVIEW_COOKIE));
}

/** `Set-Cookie` values that have the browser remember exactly these until it is closed; none when it does. */
export function previewCookies(
  request: RequestSource,
  previews: readonly PreviewRequest[],
  { domain }: CookieOptions = {},
): string[] {
  const value = formatPairs(previews);
  if ((request.cookies.get(PREVIEW_COOKIE) ?? '') === value) return [];
  const { maxAge: _, ...attributes } = cookieAttributes(request, domain === undefined ? {} : { domain });
  const life = value === '' ? { maxAge: 0 } : {};
  // Not HttpOnly: pages that decide in the browser follow it as well.
  return [stringifySetCookie(PREVIEW_COOKIE, value, { ...attributes, ...life, encode: String })];
}

/** The `Cookie` header of a request as the pages behind should see it: with these previews and no others. */
export function previewCookieHeader(cookieHeader: string | null, previews: readonly PreviewRequest[]): string | null {
  if (previews.length === 0 && !cookieHeader?.includes(PREVIEW_COOKIE)) return cookieHeader;
  const others = cookiePairs(cookieHeader).filter((pair) => nameOf(pair) !== PREVIEW_COOKIE);
  const own = previews.length === 0 ? [] : [`${PREVIEW_COOKIE}=${formatPairs(previews)}`];
  return [...others, ...own].join('; ') || null;
}
