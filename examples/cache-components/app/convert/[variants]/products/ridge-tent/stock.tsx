import { cacheLife } from 'next/cache';

/** A second old at most, for whoever comes after the first: its life is that of the page around it. */
export async function Stock() {
  'use cache';
  cacheLife({ stale: 300, revalidate: 1, expire: 3_600 });
  return (
    <p>
      In stock, <time>{new Date().toISOString()}</time>
    </p>
  );
}
