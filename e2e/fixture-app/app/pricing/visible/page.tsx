'use client';

import { useExperience } from '@convert-fullstack/react';
import { Suspense, useState } from 'react';
import { BelowTheFold } from '../../below-the-fold';
import { mistakeOfVisitor, useNaiveTracker } from '../../naive/use-naive-tracker';

/** Counts when it is seen. */
export default function VisiblePage() {
  const mistake = mistakeOfVisitor();
  return <Suspense>{mistake === null ? <Watched /> : <NaivelyWatched mistake={mistake} />}</Suspense>;
}

function Watched() {
  const experience = useExperience('pricing-page', { exposure: 'visible' });
  return <BelowTheFold variation={experience?.variationKey} ref={experience?.ref} />;
}

function NaivelyWatched({ mistake }: { mistake: string }) {
  const experience = useExperience('pricing-page', { exposure: 'manual' });
  const [element, setElement] = useState<Element | null>(null);
  useNaiveTracker(mistake, experience, element);
  return <BelowTheFold variation={experience?.variationKey} ref={setElement} />;
}
