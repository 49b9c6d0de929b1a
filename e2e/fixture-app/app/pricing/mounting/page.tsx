'use client';

import { Suspense } from 'react';
import { Shown } from '../../shown';
import { Toggle } from '../../toggle';

export default function MountingPage() {
  return <Toggle>{(isOn) => <Suspense>{isOn && <Shown of="pricing-page" />}</Suspense>}</Toggle>;
}
