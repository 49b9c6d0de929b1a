'use client';

import { useExperience } from '@convert-fullstack/react';
import { Suspense } from 'react';
import { BelowTheFold } from '../../below-the-fold';

/** Counts when it is seen. */
export default function VisiblePage() {
  return (
    <Suspense>
      <Watched />
    </Suspense>
  );
}

function Watched() {
  const experience = useExperience('pricing-page', { exposure: 'visible' });
  return <BelowTheFold variation={experience?.variationKey} ref={experience?.ref} />;
}
