import { Suspense } from 'react';
import { PlansByKey } from '../plans-by-key';

export default function Page() {
  return (
    <Suspense fallback={<p data-testid="waiting">Waiting</p>}>
      <PlansByKey />
    </Suspense>
  );
}
