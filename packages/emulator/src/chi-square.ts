export interface Cell {
  readonly observed: number;
  /** Relative to the others. A cell without weight is not compared. */
  readonly weight: number;
}

export interface ChiSquareTest {
  readonly chiSquare: number;
  readonly degreesOfFreedom: number;
  /** How often chance alone strays at least this far from what was expected: 0 to 1. */
  readonly pValue: number;
}

/** Pearson's goodness-of-fit test, for two or more cells with weight. */
export function chiSquareTest(cells: readonly Cell[]): ChiSquareTest {
  const compared = cells.filter(({ weight }) => weight > 0);
  const expected = expectedCounts(compared);
  const chiSquare = compared.reduce((sum, { observed }, index) => sum + deviation(observed, expected[index] ?? 0), 0);
  const degreesOfFreedom = compared.length - 1;
  return { chiSquare, degreesOfFreedom, pValue: chiSquareTail(chiSquare, degreesOfFreedom) };
}

/** What each cell would hold if everything in cells with weight were spread by weight. */
export function expectedCounts(cells: readonly Cell[]): number[] {
  const observed = cells.reduce((sum, cell) => sum + (cell.weight > 0 ? cell.observed : 0), 0);
  const weight = cells.reduce((sum, cell) => sum + cell.weight, 0);
  return cells.map((cell) => (cell.weight > 0 ? (observed * cell.weight) / weight : 0));
}

/** The probability that a chi-square variable is at least `value`. */
export function chiSquareTail(value: number, degreesOfFreedom: number): number {
  return upperGamma(degreesOfFreedom / 2, value / 2);
}

/** The regularised upper incomplete gamma function Q(a, x), for `a` in steps of one half. */
function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a));
  // Each converges fast on its own side only. Rounding must not make a probability of more than 1.
  return Math.min(1, x < a + 1 ? 1 - scale * lowerSeries(a, x) : scale * upperFraction(a, x));
}

function deviation(observed: number, expected: number): number {
  return expected === 0 ? 0 : (observed - expected) ** 2 / expected;
}

// 1/a + x/(a(a+1)) + x²/(a(a+1)(a+2)) + …
function lowerSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; term > sum * Number.EPSILON; n += 1) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

// 1/(x+1−a − 1(1−a)/(x+3−a − 2(2−a)/(x+5−a − …))), from the inside out.
function upperFraction(a: number, x: number): number {
  let inner = 0;
  for (let n = 200; n >= 1; n -= 1) inner = (n * (n - a)) / (x + 2 * n + 1 - a - inner);
  return 1 / (x + 1 - a - inner);
}

// Γ(a) = (a−1)·Γ(a−1), down to Γ(1) = 1 or Γ(½) = √π.
function logGamma(a: number): number {
  let sum = 0;
  let rest = a;
  while (rest > 1) {
    rest -= 1;
    sum += Math.log(rest);
  }
  return rest === 1 ? sum : sum + Math.log(Math.PI) / 2;
}
