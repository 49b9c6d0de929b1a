'use client';

import { Experience, Variation } from '@convert-fullstack/react/experience';
import { useState } from 'react';
import { Toggle } from '../../toggle';
import { type Failure, Plans } from './plans';

/** An experience of a Client Component: both variations are in the code, and the toggle takes them away. */
export function PlansByKey({ fails }: { fails?: Failure }) {
  const [heard, setHeard] = useState<string[]>([]);
  return (
    <Toggle>
      {(isOff) => (
        <>
          {!isOff && (
            <Experience
              of="pricing-page"
              onError={(_error, { variationKey }) => setHeard((before) => [...before, `${variationKey}`])}
            >
              <Variation name="monthly-first">
                <Plans variation="monthly-first" />
                <p>Leave whenever the weather does.</p>
              </Variation>
              <Variation name="annual-first">
                <Plans variation="annual-first" {...(fails && { fails })} />
                <p>Stop counting weekends.</p>
              </Variation>
            </Experience>
          )}
          <output data-testid="heard">{heard.join(' ')}</output>
        </>
      )}
    </Toggle>
  );
}
