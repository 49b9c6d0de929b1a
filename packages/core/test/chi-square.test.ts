import { describe, expect, it } from 'vitest';
import { chanceOfShares, chanceOfSplit } from '../src/health/checks.ts';
import { chiSquare, chiSquareTail } from '../src/health/chi-square.ts';

/** Critical values from tables: https://www.itl.nist.gov/div898/handbook/eda/section3/eda3674.htm */
const TABLE: readonly (readonly [degreesOfFreedom: number, pValue: number, value: number])[] = [
  [1, 0.1, 2.706],
  [1, 0.05, 3.841],
  [1, 0.025, 5.024],
  [1, 0.01, 6.635],
  [1, 0.001, 10.828],
  [2, 0.1, 4.605],
  [2, 0.05, 5.991],
  [2, 0.01, 9.21],
  [2, 0.001, 13.816],
  [3, 0.05, 7.815],
  [3, 0.001, 16.266],
  [4, 0.01, 13.277],
  [5, 0.05, 11.07],
  [5, 0.001, 20.515],
  [7, 0.9, 2.833],
  [9, 0.95, 3.325],
  [10, 0.05, 18.307],
  [10, 0.001, 29.588],
  [10, 0.99, 2.558],
  [30, 0.05, 43.773],
  [50, 0.001, 86.661],
  [99, 0.05, 123.225],
  [100, 0.001, 149.449],
  [100, 0.99, 70.065],
];

describe('the tail of the chi-square distribution', () => {
  it.each(TABLE)('with %d degrees of freedom has %d beyond %d', (degreesOfFreedom, pValue, value) => {
    expect(chiSquareTail(value, degreesOfFreedom) / pValue).toBeCloseTo(1, 2);
  });

  it('has closed forms for one and two degrees of freedom', () => {
    for (const value of [0.001, 0.1, 1, 2.9, 3.1, 10, 50, 400]) {
      expect(chiSquareTail(value, 2) / Math.exp(-value / 2)).toBeCloseTo(1, 12);
    }
    // Two-sided tails of the normal distribution.
    expect(chiSquareTail(1, 1)).toBeCloseTo(0.3173105078629141, 12);
    expect(chiSquareTail(4, 1)).toBeCloseTo(0.04550026389635842, 12);
    expect(chiSquareTail(36, 1)).toBeCloseTo(1.973175290075396e-9, 18);
  });

  it('falls from 1 to 0, without a step where the method changes', () => {
    for (const degreesOfFreedom of [1, 2, 3, 8, 125]) {
      let last = 1;
      for (let value = 0; value < 4 * degreesOfFreedom + 40; value += 0.25) {
        const tail = chiSquareTail(value, degreesOfFreedom);
        expect(tail).toBeLessThanOrEqual(last + 1e-14);
        expect(tail).toBeGreaterThan(0);
        expect(last - tail).toBeLessThan(degreesOfFreedom === 1 ? 0.4 : 0.13);
        last = tail;
      }
    }
    expect(chiSquareTail(0, 3)).toBe(1);
    expect(chiSquareTail(5_000, 1)).toBe(0);
  });
});

it("Mendel's peas fit nine to three to three to one", () => {
  const observed = [315, 108, 101, 32];
  const expected = [9, 3, 3, 1].map((weight) => (556 * weight) / 16);
  expect(chiSquare(observed, expected)).toBeCloseTo(0.470024, 6);
  expect(
    chanceOfSplit(
      [
        [315, 9],
        [108, 3],
        [101, 3],
        [32, 1],
      ],
      1,
    ),
  ).toBeCloseTo(0.925426, 5);
});

describe('the check of a split', () => {
  it('says nothing about fewer than 100 visitors, or with less than 5 expected in a variation', () => {
    expect(
      chanceOfSplit(
        [
          [99, 1],
          [0, 1],
        ],
        1,
      ),
    ).toBeNull();
    expect(
      chanceOfSplit(
        [
          [100, 1],
          [0, 1],
        ],
        1,
      ),
    ).toBeLessThan(1e-20);
    expect(
      chanceOfSplit(
        [
          [100, 97],
          [0, 3],
        ],
        1,
      ),
    ).toBeNull();
    expect(
      chanceOfSplit(
        [
          [100, 95],
          [0, 5],
        ],
        1,
      ),
    ).toBeCloseTo(0.02178, 4);
  });

  it('says nothing about a single variation, or none', () => {
    expect(chanceOfSplit([[1_000, 1]], 1)).toBeNull();
    expect(
      chanceOfSplit(
        [
          [1_000, 1],
          [500, 0],
        ],
        1,
      ),
    ).toBeNull();
    expect(chanceOfSplit([], 1)).toBeNull();
  });

  it('does not compare what gets no traffic', () => {
    expect(
      chanceOfSplit(
        [
          [500, 1],
          [500, 1],
          [300, 0],
        ],
        1,
      ),
    ).toBe(1);
  });

  it('takes counts for less when visitors may be counted repeatedly', () => {
    const cells = [
      [1_100, 1],
      [900, 1],
    ] as const;
    expect(chanceOfSplit(cells, 1)).toBeCloseTo(chiSquareTail(20, 1), 12);
    expect(chanceOfSplit(cells, 4)).toBeCloseTo(chiSquareTail(5, 1), 12);
    expect(chanceOfSplit(cells, 21)).toBeNull();
  });
});

describe('the check of shares', () => {
  // Two by two: the textbook formula N(ad − bc)²/((a+b)(c+d)(a+c)(b+d)).
  it('compares those who are in with those who are not', () => {
    const [a, b, c, d] = [90, 10, 140, 60];
    const statistic = (300 * (a * d - b * c) ** 2) / ((a + b) * (c + d) * (a + c) * (b + d));
    expect(
      chanceOfShares([
        [a, a + b],
        [c, c + d],
      ]),
    ).toBeCloseTo(chiSquareTail(statistic, 1), 12);
  });

  it('says nothing when nearly all or nearly none are in', () => {
    expect(
      chanceOfShares([
        [500, 500],
        [500, 500],
      ]),
    ).toBeNull();
    expect(
      chanceOfShares([
        [0, 500],
        [4, 500],
      ]),
    ).toBeNull();
    expect(
      chanceOfShares([
        [0, 500],
        [40, 500],
      ]),
    ).toBeLessThan(1e-8);
  });

  it('says nothing about few visitors or one variation', () => {
    expect(
      chanceOfShares([
        [20, 49],
        [40, 50],
      ]),
    ).toBeNull();
    expect(
      chanceOfShares([
        [20, 50],
        [40, 50],
      ]),
    ).toBeLessThan(0.001);
    expect(chanceOfShares([[500, 1_000]])).toBeNull();
    expect(
      chanceOfShares([
        [500, 1_000],
        [0, 0],
      ]),
    ).toBeNull();
    expect(chanceOfShares([])).toBeNull();
  });
});
