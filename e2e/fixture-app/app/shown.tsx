'use client';

import { useExperience } from '@convert-fullstack/react';
import { useEffect, useRef } from 'react';

/** Shows the visitor's variation of an experience, and so exposes it. */
export function Shown({ of: key }: { of: string }) {
  const experience = useExperience(key);
  const element = useRef<HTMLParagraphElement>(null);
  // The last effect: what counts on commit has counted.
  useEffect(() => element.current?.setAttribute('data-committed', ''), []);
  return (
    <p ref={element} data-testid={key} data-variation={experience?.variationKey ?? 'none'}>
      {experience?.variationKey ?? 'none'}
    </p>
  );
}
