import { unstable_cache } from 'next/cache';
import { convert } from '@/convert';

export const instant = false;

// What applications must not do: nothing tells the cache that what it keeps depends on the visitor.
export default async function CachedForAllPage() {
  const pricing = await convert.experience('pricing-page');
  const variation = await unstable_cache(async () => pricing?.variationKey ?? 'none', ['pricing/cached/one-for-all'])();
  return <p data-variation={variation}>{variation}</p>;
}
