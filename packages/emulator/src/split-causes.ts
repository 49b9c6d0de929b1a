import { chiSquareTest } from './chi-square.ts';

/** Why a split may be skewed. `isLikely`: the numbers speak for it; otherwise it is something to check. */
export type SplitCause =
  /** A cached Set-Cookie gives many people one id. They count as one visitor: their exposures repeat each other. */
  | { readonly cause: 'shared_visitor_id'; readonly isLikely: boolean; readonly repeatedExposures: number }
  /** The proxy does not run on the pages of one variation. `variationId`: the one without a single visitor. */
  | { readonly cause: 'matcher_gap'; readonly isLikely: boolean; readonly variationId: string | null }
  /** One variation fails before it is seen. `variationId`: the only one far below its expectation. */
  | {
      readonly cause: 'one_sided_error';
      readonly isLikely: boolean;
      readonly variationId: string | null;
      /** Requests that were answered with an error, whatever experience they were about. */
      readonly refusedRequests: number;
    }
  /** Bots that pass for people. `discardedRequests`: those recognised, whatever experience they were about. */
  | { readonly cause: 'bots'; readonly isLikely: boolean; readonly discardedRequests: number }
  /** Traffic was allocated differently before. `visitors`: those in variations that get no traffic now. */
  | { readonly cause: 'allocation_changed'; readonly isLikely: boolean; readonly visitors: number };

/** What else was noticed while visitors were counted. */
export interface Oddities {
  /** Visitors in more than one variation. */
  readonly switched: number;
  /** Requests that were answered with an error. */
  readonly refused: number;
  /** Requests that were dropped as a bot's. */
  readonly discarded: number;
}

interface SplitOddities extends Oddities {
  /** Visitors in variations that get no traffic. */
  readonly withoutTraffic: number;
}

interface ComparedVariation {
  readonly variationId: string;
  readonly visitors: number;
  readonly expected: number;
  readonly repeated: number;
}

/** What can have skewed the split of these variations, likely causes first. */
export function splitCauses(variations: readonly ComparedVariation[], oddities: SplitOddities): SplitCause[] {
  const { switched, refused, discarded, withoutTraffic } = oddities;
  const short = variations.filter(({ visitors, expected }) => visitors < expected);
  const missing = short.reduce((sum, { visitors, expected }) => sum + expected - visitors, 0);
  const repeated = short.reduce((sum, variation) => sum + variation.repeated, 0);
  const sharedId = repeated >= missing / 2;
  const bots = discarded >= missing / 2;
  const reallocated = withoutTraffic > 0;

  // What is left when nothing else explains it: one variation loses its visitors by itself.
  const isUnexplained = switched === 0 && !sharedId && !bots && !reallocated;
  const lagging = laggingVariation(variations);
  const unseen = lagging?.visitors === 0 ? lagging : null;
  const causes: SplitCause[] = [
    { cause: 'shared_visitor_id', isLikely: sharedId, repeatedExposures: repeated },
    { cause: 'matcher_gap', isLikely: isUnexplained && unseen !== null, variationId: unseen?.variationId ?? null },
    {
      cause: 'one_sided_error',
      isLikely: isUnexplained && lagging !== null,
      variationId: lagging?.variationId ?? null,
      refusedRequests: refused,
    },
    { cause: 'bots', isLikely: bots, discardedRequests: discarded },
    { cause: 'allocation_changed', isLikely: reallocated, visitors: withoutTraffic },
  ];
  return causes.sort((a, b) => Number(b.isLikely) - Number(a.isLikely));
}

/** The only variation that is more than a tenth below its expectation, when the others agree among themselves. */
function laggingVariation(variations: readonly ComparedVariation[]): ComparedVariation | null {
  const [lagging, ...more] = variations.filter(({ visitors, expected }) => visitors < 0.9 * expected);
  if (!lagging || more.length > 0) return null;
  const others = variations.filter((variation) => variation !== lagging);
  if (others.length === 1) return lagging;
  const test = chiSquareTest(others.map(({ visitors, expected }) => ({ observed: visitors, weight: expected })));
  return test.pValue < 0.001 ? null : lagging;
}
