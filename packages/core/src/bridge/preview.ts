import { isSameVariation, parsePair, parsePairs, type VariationIds } from './pairs.ts';
import type { Payload } from './payload.ts';

/** The parameter of a preview link: `off`, or experience id and variation id as in `12.34`. */
export const PREVIEW_PARAM = 'convert_preview';

/** Cookie of the browsing session that names what it previews, newest first, as in `12.34_56.78`. */
export const PREVIEW_COOKIE = 'cv_preview';

/** Each is decided for every page. */
const MAX_PREVIEWS = 10;
const OFF = 'off';
const NONE: readonly VariationIds[] = [];

/** Stands for somebody who has no id and previews. */
const PREVIEWER = 'preview';

/**
 * What is previewed, newest first, one variation of each experience: what the address asks for, also several times, before
 * what the session remembers. With `off` the session forgets.
 */
export function previewsIn(url: URL | null, remembered: string | undefined): readonly VariationIds[] {
  const asked = askedOf(url);
  if (asked.length === 0 && !remembered) return NONE;
  const newestFirst = [...asked.map(parsePair).reverse(), ...(asked.includes(OFF) ? [] : parsePairs(remembered))];
  const previews = new Map<string, VariationIds>();
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

/** What of a preview may be shown to somebody who takes no part in anything. */
export function previewAlone(payload: Payload): Payload {
  const experiences = payload.experiences.filter((assignment) => isPreviewed(payload, assignment));
  return { ...payload, visitorId: null, visitorRef: PREVIEWER, experiences };
}

export function isPreviewed({ previewed = [] }: Payload, ids: VariationIds): boolean {
  return previewed.some((preview) => isSameVariation(preview, ids));
}

function askedOf(url: URL | null): string[] {
  // Most addresses ask for nothing, and parsing their query takes longer than all that is decided.
  return url?.search.includes(PREVIEW_PARAM) ? url.searchParams.getAll(PREVIEW_PARAM) : [];
}
