'use client';

import { Activity, Suspense } from 'react';
import { Shown } from '../../shown';
import { Toggle } from '../../toggle';

export default function ActivityPage() {
  return (
    <Toggle>
      {(isOn) => (
        <Activity mode={isOn ? 'visible' : 'hidden'}>
          <Suspense>
            <Shown of="pricing-page" />
          </Suspense>
        </Activity>
      )}
    </Toggle>
  );
}
