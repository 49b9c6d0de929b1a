import { type Assignment, ConvertError } from '@convert-fullstack/core';
import type { Decision } from './visit-header.ts';

export interface Choice {
  readonly experienceKey: string;
  /** What visitors are split between; being in none of them is a choice as well. */
  readonly variations: readonly Assignment[];
}

/** Everything that visitors may be decided to see. Throws `ConvertError` `static_variants_exceeded` for more than `limit`. */
export function combinationsOf(choices: readonly Choice[], limit: number): Decision[][] {
  const count = choices.reduce((product, { variations }) => product * (variations.length + 1), 1);
  if (count > limit) throw exceeded(choices, count, limit);
  let combinations: Decision[][] = [[]];
  for (const { variations } of choices) {
    const decisions = variations.map(({ experienceId, variationId }): Decision => [experienceId, variationId]);
    combinations = combinations.flatMap((others) => [others, ...decisions.map((decision) => [...others, decision])]);
  }
  return combinations;
}

function exceeded(choices: readonly Choice[], count: number, limit: number): ConvertError {
  const parts = choices
    .map(({ experienceKey, variations }) => `"${experienceKey}" with ${variations.length}`)
    .join(', ');
  return new ConvertError(
    'static_variants_exceeded',
    `staticVariants() would make ${count} pages of each path, its limit is ${limit}. Variations: ${parts}, and not being in it.`,
  );
}
