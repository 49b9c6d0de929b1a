import { PREVIEW_PARAM } from '@convert-fullstack/core/bridge';
import {
  addressAfterPreview,
  type CookieOptions,
  previewCookies,
  publicUrl,
  requestSource,
} from '@convert-fullstack/server';
import { type NextRequest, NextResponse } from 'next/server.js';

/** Answers `?convert_preview=off`: the browser forgets what it previews and asks for the clean address. */
export function leavePreview(request: NextRequest, innerUrl: URL, cookie: CookieOptions | undefined): Response | null {
  if (!innerUrl.search.includes(PREVIEW_PARAM) || request.method !== 'GET') return null;
  const url = publicUrl({ url: innerUrl, headers: request.headers });
  const clean = addressAfterPreview(url);
  if (clean === null) return null;
  const answer = NextResponse.redirect(clean, { headers: { 'cache-control': 'private, no-store' } });
  for (const value of previewCookies(requestSource({ url, headers: request.headers }), [], cookie)) {
    answer.headers.append('set-cookie', value);
  }
  return answer;
}
