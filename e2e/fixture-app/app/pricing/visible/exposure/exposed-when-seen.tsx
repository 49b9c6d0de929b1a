'use client';

import { Exposure } from '@convert-fullstack/react';
import { useState } from 'react';
import type { Exposed } from '../../../naive/mistake';
import { mistakeOfVisitor, useNaiveTracker } from '../../../naive/use-naive-tracker';

export function ExposedWhenSeen({ of: exposed }: { of: Exposed | null }) {
  const mistake = mistakeOfVisitor();
  const [marker, setMarker] = useState<Element | null>(null);
  useNaiveTracker(mistake, exposed, marker?.parentElement);
  return mistake === null ? <Exposure of={exposed} when="visible" /> : <span hidden ref={setMarker} />;
}
