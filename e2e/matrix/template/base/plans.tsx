'use client';

import { useExperience, useTrackConversion } from '@convert-fullstack/react';
import { Experience, Variation } from '@convert-fullstack/react/experience';
import { PreviewBadge } from '@convert-fullstack/react/preview';

export function Plans() {
  const pricing = useExperience('pricing-page');
  const trackConversion = useTrackConversion();
  return (
    <section data-testid="pricing" data-variation={pricing?.variationKey ?? 'none'}>
      <Experience of="pricing-page">
        <Variation name="monthly-first">
          <h1>Belong by the month</h1>
        </Variation>
        <Variation name="annual-first">
          <h1>A year outside</h1>
        </Variation>
      </Experience>
      <button type="button" data-testid="choose" onClick={() => trackConversion('plan-selected')}>
        Choose
      </button>
      <PreviewBadge />
    </section>
  );
}
