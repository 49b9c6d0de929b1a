'use client';

import { useEffect, useState } from 'react';

export type Failure = 'while-rendering' | 'in-an-effect' | 'on-click';

/** One variation, which may throw. */
export function Plans({ variation, fails }: { variation: string; fails?: Failure }) {
  const [isClicked, setClicked] = useState(false);
  useEffect(() => {
    if (fails === 'in-an-effect') throw new Error('The effect of this variation throws.');
  }, [fails]);
  if (fails === 'while-rendering' || (fails === 'on-click' && isClicked)) throw new Error('This variation throws.');
  return (
    <button type="button" data-testid="plans" data-variation={variation} onClick={() => setClicked(true)}>
      Plans: {variation}
    </button>
  );
}
