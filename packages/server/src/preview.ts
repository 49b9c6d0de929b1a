import { type PreviewRequest, parsePreviewParam } from '@convert-fullstack/core';
import { PREVIEW_PARAM } from '@convert-fullstack/core/bridge';
import { stringifySetCookie } from 'cookie';
import { cookiePairs, nameOf } from './cookie-header.ts';
import { formatPairs, parsePairs } from './pair-cookies.ts';
import { cookieAttributes } from './visitor-cookies.ts';
import type { CookieOptions, RequestSource } from './visitor-options.ts';

/** Keeps the previews of a browsing session. */
const PREVIEW_COOKIE = 'cv_preview';

/** Each is decided for every page. */
const MAX_PREVIEWS = 10;
const OFF = 'off';

/**
 * What a request previews, newest first, one variation of each experience: what its address asks for
 * (`?convert_preview=12.34`, also several times) before what the session remembers. With `off` the session forgets. What is
 * malformed is ignored; whether the ids exist is not looked at.
 *
 * @example
 * const previews = previewsOf({ url, cookies });
 */
export function previewsOf({ url, cookies }: Pick<RequestSource, 'url' | 'cookies'>): readonly PreviewRequest[] {
  const asked = askedOf(url);
  const remembered = asked.includes(OFF) ? [] : parsePairs(cookies.get(PREVIEW_COOKIE));
  const newestFirst = [...asked.map(parsePreviewParam).reverse(), ...remembered];
  const previews = new Map<string, PreviewRequest>();
  for (const preview of newestFirst) {
    if (preview !== null && !previews.has(preview.experienceId)) previews.set(preview.experienceId, preview);
  }
  return [...previews.values()].slice(0, MAX_PREVIEWS);
}

/** The address to answer `?convert_preview=off` with: without it. `null` for every other request. */
export function addressAfterPreview(url: URL): URL | null {
  const asked = askedOf(url);
  return asked.length > 0 && asked.every((value) => value === OFF) ? withoutPreview(url) : null;
}

/** The page's address as its rules see it: a preview link leads to the same page. */
export function withoutPreview(url: URL): URL {
  if (askedOf(url).length === 0) return url;
  const clean = new URL(url);
  clean.searchParams.delete(PREVIEW_PARAM);
  return clean;
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
  return [stringifySetCookie(PREVIEW_COOKIE, value, { ...attributes, ...life, httpOnly: true, encode: String })];
}

/** The `Cookie` header of a request as the pages behind should see it: with these previews and no others. */
export function previewCookieHeader(cookieHeader: string | null, previews: readonly PreviewRequest[]): string | null {
  if (previews.length === 0 && !cookieHeader?.includes(PREVIEW_COOKIE)) return cookieHeader;
  const others = cookiePairs(cookieHeader).filter((pair) => nameOf(pair) !== PREVIEW_COOKIE);
  const own = previews.length === 0 ? [] : [`${PREVIEW_COOKIE}=${formatPairs(previews)}`];
  return [...others, ...own].join('; ') || null;
}

function askedOf(url: URL | null): string[] {
  // Most addresses ask for nothing, and parsing their query takes longer than all that is decided.
  return url?.search.includes(PREVIEW_PARAM) ? url.searchParams.getAll(PREVIEW_PARAM) : [];
}
