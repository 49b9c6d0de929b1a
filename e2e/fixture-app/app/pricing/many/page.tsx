'use client';

import { useTrackConversion } from '@convert-fullstack/react';
import { Suspense } from 'react';

export default function ManyPage() {
  return (
    <Suspense>
      <Many />
    </Suspense>
  );
}

/** Reports sixty large conversions at once. */
function Many() {
  const trackConversion = useTrackConversion();

  function convertOften() {
    for (let index = 0; index < 60; index += 1) {
      const conversionData = { customDimension1: `${index} `.padEnd(1_000, 'x') };
      trackConversion('newsletter-signup', { forceMultiple: true, conversionData });
    }
  }

  return (
    <button type="button" data-testid="many" onClick={convertOften}>
      Convert often
    </button>
  );
}
