import { describe, expect, it } from 'vitest';
import type { SplitCause } from '../src/split-causes.ts';
import { type CountedVariation, checkSplit, expectedVisitors, type SplitCheck } from '../src/split-check.ts';
import { seededRandom } from './seeded-random.ts';

const nothingOdd = { switched: 0, refused: 0, discarded: 0 };

/** Variations a, b, c, … */
function counts(shares: readonly number[], visitors: readonly number[]): CountedVariation[] {
  return shares.map((share, index) => ({
    variationId: 'abcdefgh'.charAt(index),
    share,
    visitors: visitors[index] ?? 0,
    repeated: 0,
  }));
}

/** Sends visitors to variations with the given chances. */
function simulate(chances: readonly number[], visitors: number, seed: number): number[] {
  const random = seededRandom(seed);
  const seen = chances.map(() => 0);
  for (let visitor = 0; visitor < visitors; visitor += 1) {
    let rest = random();
    const index = chances.findIndex((chance) => {
      rest -= chance;
      return rest < 0;
    });
    const variation = index < 0 ? chances.length - 1 : index;
    seen[variation] = (seen[variation] ?? 0) + 1;
  }
  return seen;
}

function pValueOf(check: SplitCheck): number {
  if (!('pValue' in check)) throw new Error(`Expected a p value, got ${check.status}.`);
  return check.pValue;
}

function likelyCauses(check: SplitCheck): string[] {
  if (check.status !== 'skewed') throw new Error(`Expected a skewed split, got ${check.status}.`);
  return check.causes.filter(({ isLikely }) => isLikely).map(({ cause }) => cause);
}

function causeOf<Name extends SplitCause['cause']>(check: SplitCheck, name: Name): SplitCause | undefined {
  if (check.status !== 'skewed') return undefined;
  return check.causes.find(({ cause }) => cause === name);
}

describe('the split of fair traffic', () => {
  it.each([
    ['two halves', [0.5, 0.5]],
    ['three unequal variations', [0.4, 0.3, 0.3]],
    ['a small variation', [0.9, 0.1]],
    ['five variations', [0.2, 0.2, 0.2, 0.2, 0.2]],
  ])('raises the alarm as seldom as its p value says: %s', (_, shares) => {
    const runs = 10_000;
    const checks = Array.from({ length: runs }, (_, seed) =>
      checkSplit(counts(shares, simulate(shares, 500, seed)), nothingOdd),
    );
    const shareBelow = (limit: number): number => checks.filter((check) => pValueOf(check) < limit).length / runs;
    expect(checks.filter(({ status }) => status === 'skewed').length / runs).toBe(shareBelow(0.001));
    expect(shareBelow(0.001)).toBeLessThan(0.0025);
    expect(Math.abs(shareBelow(0.05) - 0.05)).toBeLessThan(0.01);
    expect(Math.abs(shareBelow(0.5) - 0.5)).toBeLessThan(0.04);
  });

  it('is fair as well when only part of the visitors take part', () => {
    const check = checkSplit(counts([0.1, 0.2], [101, 199]), nothingOdd);
    expect(check).toMatchObject({ status: 'as_configured', degreesOfFreedom: 1 });
  });

  it('has an expectation that adds up to the visitors that were counted', () => {
    expect(expectedVisitors(counts([0.4, 0.3, 0.3], [10, 20, 70]))).toEqual([40, 30, 30]);
    expect(expectedVisitors(counts([0.1, 0, 0.3], [10, 99, 30]))).toEqual([10, 0, 30]);
    expect(expectedVisitors(counts([0, 0], [3, 4]))).toEqual([0, 0]);
    expect(expectedVisitors([])).toEqual([]);
  });
});

describe('the split of skewed traffic', () => {
  it('raises the alarm for a few percent once there are many visitors', () => {
    for (let seed = 0; seed < 100; seed += 1) {
      const check = checkSplit(counts([0.5, 0.5], simulate([0.54, 0.46], 20_000, seed)), nothingOdd);
      expect(check.status).toBe('skewed');
    }
  });

  it('raises the alarm for a large skew at once', () => {
    expect(checkSplit(counts([0.5, 0.5], [90, 10]), nothingOdd).status).toBe('skewed');
    expect(checkSplit(counts([0.5, 0.5], [100, 0]), nothingOdd).status).toBe('skewed');
  });

  it('is judged against the allocations and not against equal parts', () => {
    expect(checkSplit(counts([0.9, 0.1], [900, 100]), nothingOdd).status).toBe('as_configured');
    expect(checkSplit(counts([0.9, 0.1], [500, 500]), nothingOdd).status).toBe('skewed');
  });
});

describe('too few visitors', () => {
  it('are below 100, however they are split', () => {
    expect(checkSplit(counts([0.5, 0.5], [99, 0]), nothingOdd)).toEqual({ status: 'too_few_visitors' });
    expect(checkSplit(counts([0.5, 0.5], [0, 0]), nothingOdd)).toEqual({ status: 'too_few_visitors' });
  });

  it('are fewer than 5 expected in one variation', () => {
    expect(checkSplit(counts([0.96, 0.04], [124, 0]), nothingOdd)).toEqual({ status: 'too_few_visitors' });
    expect(checkSplit(counts([0.96, 0.04], [125, 0]), nothingOdd).status).not.toBe('too_few_visitors');
  });
});

describe('nothing to compare', () => {
  it.each([
    ['no variations', [], []],
    ['one variation', [1], [500]],
    ['one variation with traffic', [0.5, 0, 0], [500, 20, 0]],
    ['no traffic at all', [0, 0], [500, 200]],
  ])('is in an experience with %s', (_, shares, visitors) => {
    expect(checkSplit(counts(shares, visitors), nothingOdd)).toEqual({ status: 'not_comparable' });
  });
});

describe('the causes of a skewed split', () => {
  const even = [0.5, 0.5];
  const thirds = [0.4, 0.3, 0.3];

  it('are things to check when no number speaks for any of them', () => {
    const check = checkSplit(counts(even, [5_400, 4_600]), nothingOdd);
    expect(likelyCauses(check)).toEqual([]);
    expect(check).toMatchObject({
      causes: [
        { cause: 'shared_visitor_id', repeatedExposures: 0 },
        { cause: 'matcher_gap', variationId: null },
        { cause: 'one_sided_error', variationId: null, refusedRequests: 0 },
        { cause: 'bots', discardedRequests: 0 },
        { cause: 'allocation_changed', visitors: 0 },
      ],
    });
  });

  it('are an error of the one variation that is far below while the others agree', () => {
    const check = checkSplit(counts(thirds, [400, 300, 150]), { ...nothingOdd, refused: 3 });
    expect(likelyCauses(check)).toEqual(['one_sided_error']);
    expect(causeOf(check, 'one_sided_error')).toMatchObject({ variationId: 'c', refusedRequests: 3 });
    expect(likelyCauses(checkSplit(counts(even, [600, 400]), nothingOdd))).toEqual(['one_sided_error']);
  });

  it('are no error of one variation when another has too many, or when several have too few', () => {
    expect(likelyCauses(checkSplit(counts(thirds, [800, 300, 300]), nothingOdd))).toEqual([]);
    expect(likelyCauses(checkSplit(counts([0.25, 0.25, 0.25, 0.25], [600, 400, 500, 100]), nothingOdd))).toEqual([]);
  });

  it('are no error of one variation when visitors changed theirs', () => {
    expect(likelyCauses(checkSplit(counts(even, [600, 400]), { ...nothingOdd, switched: 1 }))).toEqual([]);
  });

  it('may be pages without the proxy when nobody was counted for a variation', () => {
    const check = checkSplit(counts(thirds, [400, 300, 0]), nothingOdd);
    expect(likelyCauses(check)).toEqual(['matcher_gap', 'one_sided_error']);
    expect(causeOf(check, 'matcher_gap')).toMatchObject({ variationId: 'c' });
  });

  it('are bots when about as many requests were discarded as visitors are missing', () => {
    const variations = counts(even, [600, 400]);
    expect(likelyCauses(checkSplit(variations, { ...nothingOdd, discarded: 80 }))).toEqual(['bots']);
    const few = checkSplit(variations, { ...nothingOdd, discarded: 2 });
    expect(likelyCauses(few)).toEqual(['one_sided_error']);
    expect(causeOf(few, 'bots')).toMatchObject({ isLikely: false, discardedRequests: 2 });
  });

  it('are shared ids when about as many exposures are repeated as visitors are missing', () => {
    const repeated = (variation: number) =>
      counts(even, [600, 400]).map((counted, index) => ({ ...counted, repeated: index === variation ? 80 : 0 }));
    expect(likelyCauses(checkSplit(repeated(1), nothingOdd))).toEqual(['shared_visitor_id']);
    expect(likelyCauses(checkSplit(repeated(0), nothingOdd))).not.toContain('shared_visitor_id');
  });

  it('are other allocations when visitors are in a variation that gets no traffic', () => {
    const check = checkSplit(counts([0.5, 0, 0.5], [600, 30, 400]), nothingOdd);
    expect(likelyCauses(check)).toEqual(['allocation_changed']);
    expect(causeOf(check, 'allocation_changed')).toMatchObject({ visitors: 30 });
  });

  it('name the likely ones first', () => {
    const check = checkSplit(counts(even, [600, 400]), { ...nothingOdd, discarded: 500 });
    expect(check).toMatchObject({ causes: [{ cause: 'bots' }, {}, {}, {}, {}] });
  });
});
