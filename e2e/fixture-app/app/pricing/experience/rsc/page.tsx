import { Experience, Variation } from '@convert-fullstack/react/experience';
import { Suspense } from 'react';
import { convert } from '@/convert';
import { Throws } from '../../../throws';
import { Plans } from '../plans';

/** The Server Component of one variation throws. */
export default function ThrowsOnServerPage() {
  return (
    <Suspense fallback={<p data-testid="waiting">Waiting</p>}>
      <Decided />
    </Suspense>
  );
}

async function Decided() {
  return (
    <Experience of={await convert.experience('pricing-page')}>
      <Variation name="monthly-first">
        <Plans variation="monthly-first" />
      </Variation>
      <Variation name="annual-first">
        <Throws />
      </Variation>
    </Experience>
  );
}
