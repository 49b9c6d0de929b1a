/** How often chance alone gives a chi-square statistic of at least `value`: 0 to 1. */
export function chiSquareTail(value: number, degreesOfFreedom: number): number {
  return upperGamma(degreesOfFreedom / 2, value / 2);
}

/** Pearson's statistic: how far counts are from what was expected. */
export function chiSquare(observed: readonly number[], expected: readonly number[]): number {
  return observed.reduce((sum, count, at) => {
    const wanted = expected[at] ?? 0;
    return sum + (count - wanted) ** 2 / wanted;
  }, 0);
}

// The regularised incomplete gamma function Q(a, x), by its series where that converges fast and by Lentz's continued
// fraction elsewhere: https://dlmf.nist.gov/8.11.E4, https://dlmf.nist.gov/8.9.E2
function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  const density = Math.exp(a * Math.log(x) - x - logGamma(a));
  return x < a + 1 ? Math.max(0, 1 - density * lowerSeries(a, x)) : density * upperFraction(a, x);
}

function lowerSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; term > sum * Number.EPSILON; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

function upperFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = Number.POSITIVE_INFINITY;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1, change = 0; Math.abs(change - 1) > Number.EPSILON && n < 1_000; n++) {
    const numerator = n * (a - n);
    b += 2;
    d = 1 / (numerator * d + b);
    c = numerator / c + b;
    change = c * d;
    fraction *= change;
  }
  return fraction;
}

/** Of a multiple of one half, which is all that degrees of freedom ask for. */
function logGamma(a: number): number {
  if (a === 1) return 0;
  return a < 1 ? Math.log(Math.PI) / 2 : Math.log(a - 1) + logGamma(a - 1);
}
