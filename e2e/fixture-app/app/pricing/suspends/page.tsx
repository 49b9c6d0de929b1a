'use client';

import { Suspense, use } from 'react';
import { Shown } from '../../shown';
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
  return (
    <>
      <Shown of="pricing-page" />
      <Suspends />
    </>
  );
}

function Suspends() {
  return use(never);
}
