'use client';

import { useEffect, useState } from 'react';

/** The two classic mistakes: deciding after mount, and hiding the page until something is decided. */
export default function FlickerPage() {
  const [isDecided, setDecided] = useState(false);
  useEffect(() => setDecided(true), []);
  return (
    <>
      <p data-testid="late" data-variation={isDecided ? 'treatment' : 'original'}>
        {isDecided ? 'Treatment' : 'Original'}
      </p>
      <p data-testid="hidden" data-variation="treatment" style={{ opacity: isDecided ? 1 : 0 }}>
        Treatment
      </p>
    </>
  );
}
