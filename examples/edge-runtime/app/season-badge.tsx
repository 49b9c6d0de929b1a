'use client';

import { useExperience, useFeature, useTrackConversion } from '@convert-fullstack/react';

export function SeasonBadge() {
  const badges = useExperience('seasonal-badges');
  const badge = useFeature('season-badge');
  const trackConversion = useTrackConversion();
  return (
    <section data-testid="badges" data-variation={badges?.variationKey ?? 'no-badge'}>
      <h1>Tarn Tent</h1>
      {badge.enabled && <p>{badge.variables.label}</p>}
      <button type="button" onClick={() => trackConversion('add-to-cart')}>
        Add to cart
      </button>
    </section>
  );
}
