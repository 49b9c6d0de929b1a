'use client';

import { useTrackConversion, useVisitor } from '@convert-fullstack/react';
import { useState } from 'react';

export function ChoosePlan({ code, label }: { code: string; label: string }) {
  const [isChosen, setChosen] = useState(false);
  const trackConversion = useTrackConversion();
  const { setAttributes } = useVisitor();

  function choose() {
    setChosen(true);
    // For audiences of other experiences, from the next page on.
    setAttributes({ plan: code });
    trackConversion('plan-selected', { conversionData: { customDimension1: code } });
  }

  return (
    <button className="button" type="button" data-testid={`choose-${code}`} aria-pressed={isChosen} onClick={choose}>
      {isChosen ? 'Chosen, welcome in' : label}
    </button>
  );
}
