'use client';

import { Suspense } from 'react';
import { Shown } from '../../../shown';
import { Throws } from '../../../throws';
import { Toggle } from '../../../toggle';

/** Throws while the experience is rendered, so that nobody sees it. */
export default function ThrowsAtOncePage() {
  return (
    <Toggle>
      {(isOn) => (
        <Suspense>
          {isOn && (
            <>
              <Shown of="pricing-page" />
              <Throws />
            </>
          )}
        </Suspense>
      )}
    </Toggle>
  );
}
