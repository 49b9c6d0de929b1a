'use client';

import type { ExperienceKey } from '@convert-fullstack/core/register';
import type { ReactNode } from 'react';
import { useExperience } from '../experience.tsx';
import { Guarded, type GuardedProps } from './guarded.tsx';
import { type Assigned, type Branch, branchesOf, branchFor } from './variation.ts';

export interface ExperienceProps {
  /** Its key, or what `convert.experience()` has returned; `null` shows the original. */
  readonly of: ExperienceKey | Assigned | null;
  /** `'commit'` unless given. `'visible'`: when half of the element around it has been in view for a second. */
  readonly exposure?: 'commit' | 'visible' | undefined;
  /** Told when a variation has thrown. Not called for an `<Experience>` of a Server Component. */
  readonly onError?: ((error: unknown, assignment: Assigned) => void) | undefined;
  /** One `<Variation>` each, the original first. */
  readonly children: ReactNode;
}

/**
 * Shows the visitor's variation and reports its exposure; the first one to visitors who have none, and to those whose
 * variation throws. In a Server Component with `of={await convert.experience('…')}`, the others do not reach the browser.
 *
 * @example
 * <Experience of="home-hero">
 *   <Variation name="original"><Hero /></Variation>
 *   <Variation name="b"><HeroB /></Variation>
 * </Experience>
 */
export function Experience({ of, children, ...props }: ExperienceProps): ReactNode {
  const branches = branchesOf(children);
  if (typeof of === 'string') return <ExperienceOfKey {...props} of={of} branches={branches} />;
  return <Chosen {...props} of={of} branches={branches} />;
}

interface Branches extends Pick<GuardedProps, 'exposure' | 'onError'> {
  readonly branches: readonly Branch[];
}

/** Decided by the payload in scope. */
export function ExperienceOfKey({ of: key, ...props }: Branches & { readonly of: ExperienceKey }): ReactNode {
  return <Chosen {...props} of={useExperience(key, { exposure: 'manual' })} />;
}

function Chosen({ of, branches, ...props }: Branches & { readonly of: Assigned | null }): ReactNode {
  const [original] = branches;
  const chosen = branchFor(branches, of);
  if (of === null || chosen === null) return original?.content;
  return (
    <Guarded
      {...props}
      key={of.variationId}
      of={of}
      instead={chosen === original ? undefined : { original: original?.content }}
    >
      {chosen.content}
    </Guarded>
  );
}
