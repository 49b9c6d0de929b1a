'use client';

import { useTrackConversion } from '@convert-fullstack/react';

export function Convert() {
  const trackConversion = useTrackConversion();
  return (
    <button type="button" data-testid="convert" onClick={() => trackConversion('newsletter-signup')}>
      Convert
    </button>
  );
}
