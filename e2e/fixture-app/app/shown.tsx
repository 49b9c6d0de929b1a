'use client';

import { useExperience } from '@convert-fullstack/react';

/** Shows the visitor's variation of an experience, and so exposes it. */
export function Shown({ of: key }: { of: string }) {
  const experience = useExperience(key);
  return (
    <p data-testid={key} data-variation={experience?.variationKey ?? 'none'}>
      {experience?.variationKey ?? 'none'}
    </p>
  );
}
