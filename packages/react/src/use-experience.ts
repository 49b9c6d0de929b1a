'use client';

import type { Assignment, Payload } from '@convert-fullstack/core/bridge';
import type { ExperienceAssignment, ExperienceKey } from '@convert-fullstack/core/register';
import { firstIn, useScope } from './scope.ts';
import { useExposure } from './use-exposure.ts';

export interface UseExperienceOptions {
  /** `'manual'`: nothing is reported until the app renders `<Exposure of={assignment} />`. */
  readonly exposure?: 'commit' | 'manual';
}

/**
 * The visitor's variation of an experience, or `null` when the visitor is not in it; reports the exposure after commit.
 *
 * @example
 * const hero = useExperience('home-hero');
 * return hero?.variationKey === 'b' ? <HeroB /> : <HeroA />;
 */
export function useExperience<Key extends ExperienceKey>(
  key: Key,
  options?: UseExperienceOptions,
): ExperienceAssignment<Key> | null {
  const scope = useScope('useExperience', key);
  const assignment = firstIn(scope, key, assignmentOf);
  useExposure(scope, options?.exposure === 'manual' ? null : assignment);
  // The key was found; which variation keys go with it is what the app itself declared in Register.
  return assignment as ExperienceAssignment<Key> | null;
}

function assignmentOf({ experiences }: Payload, key: string): Assignment | null {
  // Plain loops: pages render many hooks on the server, and a callback would cost more than the comparison.
  for (const assignment of experiences) if (assignment.experienceKey === key) return assignment;
  return null;
}
