import { describe, expect, it } from 'vitest';
import { chiSquareTail, chiSquareTest, expectedCounts } from '../src/chi-square.ts';

describe('the chi-square distribution', () => {
  // Upper critical values, e.g. NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.4.
  it.each([
    [1, 0.1, 2.706],
    [1, 0.05, 3.841],
    [1, 0.01, 6.635],
    [1, 0.001, 10.828],
    [2, 0.1, 4.605],
    [2, 0.05, 5.991],
    [2, 0.01, 9.21],
    [2, 0.001, 13.816],
    [3, 0.1, 6.251],
    [3, 0.05, 7.815],
    [3, 0.01, 11.345],
    [3, 0.001, 16.266],
    [4, 0.1, 7.779],
    [4, 0.05, 9.488],
    [4, 0.01, 13.277],
    [4, 0.001, 18.467],
    [5, 0.1, 9.236],
    [5, 0.05, 11.07],
    [5, 0.01, 15.086],
    [5, 0.001, 20.515],
    [30, 0.05, 43.773],
    [100, 0.001, 149.449],
  ])('with %i degrees of freedom leaves %f above the published %f', (degreesOfFreedom, probability, critical) => {
    expect(chiSquareTail(critical, degreesOfFreedom) / probability).toBeCloseTo(1, 2);
  });

  it('is exact where a closed form is known, near zero and far out', () => {
    for (const value of [1e-9, 0.3, 1, 1.99, 2, 2.01, 4, 30, 400]) {
      const half = value / 2;
      expect(chiSquareTail(value, 2) / Math.exp(-half)).toBeCloseTo(1, 12);
      expect(chiSquareTail(value, 4) / (Math.exp(-half) * (1 + half))).toBeCloseTo(1, 12);
    }
  });

  it('falls from one to zero and never leaves that range', () => {
    for (const degreesOfFreedom of [1, 2, 3, 7, 40]) {
      const tails = Array.from({ length: 400 }, (_, step) => chiSquareTail(step / 2, degreesOfFreedom));
      expect(tails[0]).toBe(1);
      expect(tails).toEqual(tails.toSorted((a, b) => b - a));
      expect(Math.min(...tails)).toBeGreaterThanOrEqual(0);
      expect(chiSquareTail(1e6, degreesOfFreedom)).toBe(0);
    }
  });
});

describe('the goodness-of-fit test', () => {
  it('is the published one for peas', () => {
    // Mendel's dihybrid cross, 9:3:3:1, as in every textbook: chi-square 0.47, p 0.925.
    const cells = [315, 108, 101, 32].map((observed, index) => ({ observed, weight: [9, 3, 3, 1][index] ?? 0 }));
    const test = chiSquareTest(cells);
    expect(test.degreesOfFreedom).toBe(3);
    expect(test.chiSquare).toBeCloseTo(0.47, 2);
    expect(test.pValue).toBeCloseTo(0.925, 3);
  });

  it('leaves out cells that nothing is expected in', () => {
    const fair = [
      { observed: 60, weight: 0.3 },
      { observed: 40, weight: 0.2 },
    ];
    expect(chiSquareTest([...fair, { observed: 7, weight: 0 }])).toEqual(chiSquareTest(fair));
    expect(chiSquareTest(fair)).toMatchObject({ chiSquare: 0, degreesOfFreedom: 1, pValue: 1 });
    expect(expectedCounts([...fair, { observed: 7, weight: 0 }])).toEqual([60, 40, 0]);
  });
});
