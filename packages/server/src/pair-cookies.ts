import { type PreviewRequest, parsePreviewParam } from '@convert-fullstack/core';

/** Longer ones were not written by us. */
const MAX_LENGTH = 2_048;
const SEPARATOR = '_';

/** Reads a cookie that lists variations, as in `12.34_56.78`. Anybody can write cookies: what is malformed is left out. */
export function parsePairs(value = ''): PreviewRequest[] {
  if (value.length > MAX_LENGTH) return [];
  return value.split(SEPARATOR).flatMap((pair) => parsePreviewParam(pair) ?? []);
}

export function formatPairs(pairs: readonly PreviewRequest[]): string {
  return pairs.map(({ experienceId, variationId }) => `${experienceId}.${variationId}`).join(SEPARATOR);
}
