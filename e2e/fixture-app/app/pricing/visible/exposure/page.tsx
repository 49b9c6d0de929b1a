import { Exposure } from '@convert-fullstack/react';
import { Suspense } from 'react';
import { BelowTheFold } from '@/app/below-the-fold';
import { convert } from '@/convert';

/** Is rendered by the server, and counts when it is seen. */
export default function VisibleExposurePage() {
  return (
    <Suspense>
      <Watched />
    </Suspense>
  );
}

async function Watched() {
  const experience = await convert.experience('pricing-page');
  return (
    <BelowTheFold variation={experience?.variationKey}>
      <Exposure of={experience} when="visible" />
    </BelowTheFold>
  );
}
