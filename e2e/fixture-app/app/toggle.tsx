'use client';

import { type ReactNode, useState } from 'react';

/** Calls back with whether its button is pressed. */
export function Toggle({ children }: { children: (isOn: boolean) => ReactNode }) {
  const [isOn, setOn] = useState(false);
  return (
    <>
      <button type="button" data-testid="toggle" aria-pressed={isOn} onClick={() => setOn(!isOn)}>
        Toggle
      </button>
      {children(isOn)}
    </>
  );
}
