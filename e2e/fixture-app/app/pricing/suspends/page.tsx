'use client';

import { useExperience } from '@convert-fullstack/react';
import { Suspense, use } from 'react';
import { reportWhileRendering } from '../../report-while-rendering';
import { Toggle } from '../../toggle';

const never = new Promise<never>(() => {});

export default function SuspendsPage() {
  return (
    <Toggle>
      {(isOn) => <Suspense fallback={<p data-testid="waiting">Waiting</p>}>{isOn && <NeverCommits />}</Suspense>}
    </Toggle>
  );
}

function NeverCommits() {
  const experience = useExperience('pricing-page');
  // What a library that counts in render would do; asked for by the test that proves the counting.
  if (experience && location.hash === '#wrong') reportWhileRendering(experience);
  return use(never);
}
