import { chiSquare, chiSquareTail } from './chi-square.ts';

/** With fewer visitors, or fewer expected in a variation, the check would guess. */
export const MIN_VISITORS = 100;
const MIN_EXPECTED = 5;

/** What was counted for one variation, and its weight: what that count is expected to be in proportion to. */
export type Cell = readonly [count: number, weight: number];

/**
 * How often chance alone would split visitors at least as unevenly; `null` with too few to say. `timesCounted`: how often
 * each of them may be among the counts, which then say so much less than they seem to.
 */
export function chanceOfSplit(cells: readonly Cell[], timesCounted = 1): number | null {
  const compared = cells.filter(([, weight]) => weight > 0);
  const observed = compared.map(([count]) => count / timesCounted);
  const perWeight = sum(observed) / sum(compared.map(([, weight]) => weight));
  const expected = compared.map(([, weight]) => weight * perWeight);
  return chanceOf(observed, expected, compared.length - 1);
}

/** How often chance alone would make shares so different: counts are parts of their weights, the same part of each. */
export function chanceOfShares(cells: readonly Cell[]): number | null {
  const compared = cells.filter(([, weight]) => weight > 0);
  const share = sum(compared.map(([count]) => count)) / sum(compared.map(([, weight]) => weight));
  const observed = compared.flatMap(([count, weight]) => [count, weight - count]);
  const expected = compared.flatMap(([, weight]) => [weight * share, weight * (1 - share)]);
  return chanceOf(observed, expected, compared.length - 1);
}

function chanceOf(observed: readonly number[], expected: readonly number[], degreesOfFreedom: number): number | null {
  if (degreesOfFreedom < 1 || sum(observed) < MIN_VISITORS) return null;
  if (expected.some((count) => count < MIN_EXPECTED)) return null;
  return chiSquareTail(chiSquare(observed, expected), degreesOfFreedom);
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
