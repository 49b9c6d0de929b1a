import { ConvertProvider } from '@convert-fullstack/react';
import { convert } from '@/convert';
import { PlansByKey } from '../plans-by-key';

/** No <Suspense> stands between the page and a variation that the server cannot render. */
export const instant = false;

export default async function BlockingPage() {
  return (
    <ConvertProvider payload={await convert.payload({ only: ['pricing-page'] })}>
      <PlansByKey fails="while-rendering" />
    </ConvertProvider>
  );
}
