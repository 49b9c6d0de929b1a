import { randomUUID } from 'node:crypto';
import { unstable_cache } from 'next/cache';

/** What is made for a variation, and kept by Next.js for whoever is in it. */
export interface Kept {
  readonly variation: string;
  /** Another one each time. */
  readonly made: string;
}

export async function keptByDirective(variation: string): Promise<Kept> {
  'use cache';
  return { variation, made: randomUUID() };
}

export const keptByFunction = unstable_cache(
  async (variation: string): Promise<Kept> => ({ variation, made: randomUUID() }),
  ['pricing/cached'],
);

export async function keptByFetch(variation: string): Promise<Kept> {
  const service = `http://localhost:${process.env.PORT}/pricing/cached/service`;
  const response = await fetch(`${service}?variation=${variation}`, { cache: 'force-cache' });
  return response.json();
}
