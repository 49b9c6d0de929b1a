import { expect } from '@playwright/test';
import { EMULATOR } from './addresses.ts';

interface State {
  readonly feed: readonly {
    readonly kind: 'exposure' | 'conversion' | 'refused' | 'discarded';
    readonly visitorId: string | null;
    readonly subject: string;
    readonly detail: string;
  }[];
}

/**
 * What the collector counted for a visitor, oldest first: `home-hero: original` for an exposure, and for a conversion
 * `goal hero-cta (home-hero: original)` with its values and what it is credited to.
 */
export async function eventsOf(visitorId: string, emulator = EMULATOR): Promise<string[]> {
  const response = await fetch(`${emulator}/api/state`);
  const { feed } = (await response.json()) as State;
  const bad = feed.filter(({ kind }) => kind === 'refused' || kind === 'discarded');
  if (bad.length > 0) throw new Error(`The collector did not count: ${bad.map(({ detail }) => detail).join('; ')}`);
  return feed
    .filter((item) => item.visitorId === visitorId)
    .map(({ kind, subject, detail }) =>
      kind === 'exposure' ? `${subject}: ${detail}` : `goal ${subject} (${detail})`,
    );
}

/**
 * Waits for these events and checks that nothing else was counted for the visitor. What must not be counted is proven
 * by one of them that was sent later.
 */
export async function expectCounted(
  visitorId: string,
  expected: readonly string[],
  emulator = EMULATOR,
): Promise<void> {
  await expect
    .poll(() => eventsOf(visitorId, emulator), {
      message: `events of ${visitorId}`,
      timeout: 15_000,
      intervals: [100, 200],
    })
    .toEqual(expect.arrayContaining([...expected]));
  expect((await eventsOf(visitorId, emulator)).sort()).toEqual([...expected].sort());
}
