import { Experience, Variation } from '@convert-fullstack/react/experience';
import { Suspense } from 'react';
import { convert } from '@/convert';
import { Plans } from './plans';

/** An experience of a Server Component. */
export default function ExperiencePage() {
  return (
    <Suspense>
      <Decided />
    </Suspense>
  );
}

async function Decided() {
  return (
    <Experience of={await convert.experience('pricing-page')}>
      <Variation name="monthly-first">
        <Plans variation="monthly-first" />
        <p>Leave whenever the weather does.</p>
      </Variation>
      <Variation name="annual-first">
        <Plans variation="annual-first" fails="on-click" />
        <p>Stop counting weekends.</p>
      </Variation>
    </Experience>
  );
}
