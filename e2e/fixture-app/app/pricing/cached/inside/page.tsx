import { unstable_cache } from 'next/cache';
import { convert } from '@/convert';

export const instant = false;

const decided = unstable_cache(() => convert.experience('pricing-page'), ['pricing/cached/inside']);

/** Asks who is looking where nobody is, and says what comes of it. */
export default async function DecidedInCachePage() {
  const variation = await decided().then(
    (pricing) => pricing?.variationKey ?? 'none',
    () => 'refused',
  );
  return <p data-variation={variation}>{variation}</p>;
}
