import { ConvertProvider } from '@convert-fullstack/react';
import { convert } from '@/convert';
import { Shown } from '../../shown';
import { keptByDirective, keptByFetch, keptByFunction } from './kept';

export const instant = false;

/** What is expensive is kept for all with the same variation, in every cache that Next.js has for data. */
export default async function CachedPage() {
  const variation = (await convert.experience('pricing-page'))?.variationKey ?? 'none';
  const kept = [await keptByDirective(variation), await keptByFunction(variation), await keptByFetch(variation)];
  return (
    <ConvertProvider payload={await convert.payload({ only: ['pricing-page'] })}>
      <Shown of="pricing-page" />
      {kept.map((one) => (
        <p key={one.made} data-variation={one.variation} data-made={one.made}>
          {JSON.stringify(one)}
        </p>
      ))}
    </ConvertProvider>
  );
}
