import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bench } from './support/ports.ts';
import { arms, experience, project } from './support/project.ts';

const visitors = Array.from({ length: 300 }, (_, at) => `visitor-${at}`);

/** What fresh visitors get of an experience with these shares, in percent. */
function assign(
  shares: readonly number[],
  version: unknown,
  ids: readonly string[] = visitors,
  id = '10',
): (string | null)[] {
  const { core } = bench(project({ experiences: [experience(id, 'e', { version, variations: arms(id, shares) })] }));
  return ids.map((visitorId) => core.createContext(visitorId).toPayload().experiences[0]?.variationKey ?? null);
}

/**
 * Shares in proportion to the weights, in quarters of a percent, and the same with more traffic. Not all of it: at 100 % the
 * ranges touch, and rounding, which has to be that of Convert's own SDKs, may give the bucket between two to either.
 */
const growing = fc
  .array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 })
  .chain((weights) => {
    const most = Math.floor(399 / weights.reduce((sum, weight) => sum + weight, 0));
    return fc.tuple(fc.constant(weights), fc.integer({ min: 1, max: most }), fc.integer({ min: 1, max: most }));
  })
  .map(([weights, one, other]) => {
    const scaled = (factor: number): number[] => weights.map((weight) => (weight * factor) / 4);
    return [scaled(Math.min(one, other)), scaled(Math.max(one, other))] as const;
  });

describe('when traffic grows, above version 11', () => {
  it('nobody is moved to another variation', () => {
    fc.assert(
      fc.property(growing, fc.constantFrom(12, '12', 13.5, 100), ([small, big], version) => {
        const [before, after] = [assign(small, version), assign(big, version)];
        for (const [at, variation] of before.entries()) if (variation !== null) expect(after[at]).toBe(variation);
      }),
      { numRuns: 150 },
    );
  });

  it('up to version 11 somebody is, which shows that this can be seen', () => {
    const [before, after] = [assign([5, 5, 5], 11), assign([33, 33, 33], 11)];
    expect(before.some((variation, at) => variation !== null && after[at] !== variation)).toBe(true);
  });
});

describe('visitors are split', () => {
  const many = Array.from({ length: 20_000 }, (_, at) => `${at.toString(36)}-${at * 7919}`);
  it.each([
    [12, [50, 50]],
    [12, [40, 30, 30]],
    [12, [10, 10]],
    [12, [1, 99]],
    [11, [50, 50]],
    [11, [5, 15, 80]],
    [11, [2.5, 2.5]],
  ])('version %i by %j', (version, shares) => {
    const given = assign(shares, version, many);
    for (const [at, share] of shares.entries()) {
      const count = given.filter((variation) => variation === 'abcdefgh'[at]).length;
      const [expected, deviation] = [
        (many.length * share) / 100,
        Math.sqrt((many.length * share * (100 - share)) / 10_000),
      ];
      expect(Math.abs(count - expected)).toBeLessThan(4 * deviation + 2);
    }
  });

  it('independently from experience to experience', () => {
    const first = assign([50, 50], 12, many, '10');
    const second = assign([50, 50], 12, many, '11');
    const both = many.filter((_, at) => first[at] === 'a' && second[at] === 'a').length;
    expect(Math.abs(both - many.length / 4)).toBeLessThan(4 * Math.sqrt((many.length * 3) / 16));
  });

  it('evenly over the whole scale', () => {
    const parts = assign(Array(8).fill(12.5), 12, many);
    const chiSquare = [...'abcdefgh'].reduce((sum, key) => {
      const off = parts.filter((variation) => variation === key).length - many.length / 8;
      return sum + off ** 2 / (many.length / 8);
    }, 0);
    expect(chiSquare).toBeLessThan(24.3); // 7 degrees of freedom, 1 in 1,000
  });
});

it('shares of all traffic leave nobody out, shares of none take nobody', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.constantFrom(11, 12), (count, version) => {
      expect(
        assign(Array(count).fill(100 / count), version).filter((given) => given === null).length,
      ).toBeLessThanOrEqual(1);
      expect(assign(Array(count).fill(0), version)).toEqual(visitors.map(() => null));
    }),
    { numRuns: 20 },
  );
});
