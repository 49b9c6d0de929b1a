'use client';

import { Suspense } from 'react';
import { Shown } from '../../shown';
import { Throws } from '../../throws';
import { Toggle } from '../../toggle';

/** Shows an experience and throws later. */
export default function ThrowsPage() {
  return (
    <Toggle>
      {(isOn) => (
        <Suspense>
          <Shown of="pricing-page" />
          {isOn && <Throws />}
        </Suspense>
      )}
    </Toggle>
  );
}
