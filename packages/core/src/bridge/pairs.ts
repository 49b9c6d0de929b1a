/** Names one variation of one experience. */
export interface VariationIds {
  readonly experienceId: string;
  readonly variationId: string;
}

/** Longer ones were not written by us. */
const MAX_LENGTH = 2_048;
const SEPARATOR = '_';

/** Reads one pair of ids, as in `12.34`; `null` when it is none. */
export function parsePair(value: unknown): VariationIds | null {
  if (typeof value !== 'string' || value.length > 64) return null;
  const match = /^([0-9]+)\.([0-9]+)$/.exec(value);
  const [, experienceId, variationId] = match ?? [];
  return experienceId === undefined || variationId === undefined ? null : { experienceId, variationId };
}

/** Reads a list of variations, as in `12.34_56.78`. Anybody can write cookies: what is malformed is left out. */
export function parsePairs(value = ''): VariationIds[] {
  if (value === '' || value.length > MAX_LENGTH) return [];
  return value.split(SEPARATOR).flatMap((pair) => parsePair(pair) ?? []);
}

export function formatPairs(pairs: readonly VariationIds[]): string {
  return pairs.map(({ experienceId, variationId }) => `${experienceId}.${variationId}`).join(SEPARATOR);
}

export function isSameVariation(a: VariationIds, b: VariationIds): boolean {
  return a.experienceId === b.experienceId && a.variationId === b.variationId;
}
