import type { ReactNode } from 'react';
import { ExperienceOfKey, type ExperienceProps } from './experience.tsx';
import { Guarded } from './guarded.tsx';
import { branchesOf, branchFor } from './variation.ts';

/** `Experience` in a Server Component: the branches that are not chosen end here. */
export function Experience({ of, exposure, children }: ExperienceProps): ReactNode {
  const branches = branchesOf(children);
  if (typeof of === 'string') return <ExperienceOfKey of={of} branches={branches} exposure={exposure} />;
  const [original] = branches;
  const chosen = branchFor(branches, of);
  if (of === null || chosen === null) return original?.content;
  const { experienceKey, experienceId, variationKey, variationId } = of;
  return (
    <Guarded
      key={variationId}
      of={{ experienceKey, experienceId, variationKey, variationId }}
      exposure={exposure}
      instead={chosen === original ? undefined : 'reload'}
    >
      {chosen.content}
    </Guarded>
  );
}
