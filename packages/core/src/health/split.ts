import type { Plan, Variation } from '../config/plan.ts';
import { BUCKETS } from '../decide/bucketing.ts';
import { variationAt } from '../decide/experience.ts';

/** All variations of an experience, each with its share of the visitors: 0 to 1, 0 without traffic. */
export function splitOf(plan: Plan): Map<Variation, number> {
  const buckets = new Map([...plan.variations.values(), ...plan.active].map((variation) => [variation, 0]));
  let taken = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const variation = variationAt(plan, bucket);
    if (variation === null) continue;
    taken++;
    buckets.set(variation, (buckets.get(variation) ?? 0) + 1);
  }
  return new Map([...buckets].map(([variation, count]) => [variation, taken === 0 ? 0 : count / taken]));
}

/** Whether two plans of an experience give every visitor the same variation. */
export function isSameSplit(a: Plan, b: Plan): boolean {
  return textOf(a) === textOf(b);
}

function textOf({ variations, active, bounds }: Plan): string {
  return JSON.stringify([[...variations.keys()], active.map(({ id }) => id), bounds]);
}
