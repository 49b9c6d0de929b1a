'use client';

import {
  addressAfterPreview,
  formatPairs,
  PREVIEW_COOKIE,
  previewsIn,
  type VariationIds,
} from '@convert-fullstack/core/bridge';
import { useSyncExternalStore } from 'react';
import { cookiesOf, writeCookie } from './page-cookies.ts';

/** What this page previews: its address asks for it, or the browsing session remembers it. */
export function pagePreviews(): readonly VariationIds[] {
  return previewsIn(new URL(location.href), cookiesOf(PREVIEW_COOKIE)[0]);
}

/** Whether the page previews anything; not on a server, and not while React takes over its HTML. */
export function useIsPreview(): boolean {
  return useSyncExternalStore(
    hearNothing,
    () => pagePreviews().length > 0,
    () => false,
  );
}

/** Has this browser remember exactly these until it is closed; servers of ours see them, too. */
export function keepPreviews(previews: readonly VariationIds[]): void {
  const value = formatPairs(previews);
  if (value !== (cookiesOf(PREVIEW_COOKIE)[0] ?? '')) writeCookie(PREVIEW_COOKIE, value, value === '' ? 0 : 'session');
}

/** Answers `?convert_preview=off` as a server would. Tells whether the page is being left for its clean address. */
export function leavePreview(): boolean {
  const clean = addressAfterPreview(new URL(location.href));
  if (clean === null) return false;
  keepPreviews([]);
  location.replace(clean);
  return true;
}

// Nobody tells when a cookie changes, and what a page previews does not change while it lives.
const hearNothing = () => () => {};
