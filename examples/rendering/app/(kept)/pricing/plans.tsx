'use client';

import { useExperience, useTrackConversion } from '@convert-fullstack/react';

export function Plans() {
  const pricing = useExperience('pricing-page');
  const trackConversion = useTrackConversion();
  const isAnnual = pricing?.variationKey === 'annual-first';
  return (
    <section data-testid="plans" data-variation={pricing?.variationKey ?? 'none'}>
      <h1>Membership</h1>
      <p>{isAnnual ? 'Summit, 190 a year' : 'Summit, 19 a month'}</p>
      <button type="button" onClick={() => trackConversion('plan-selected')}>
        Choose
      </button>
    </section>
  );
}
