import { expect } from '@playwright/test';
import { committed, openAndSee } from '../support/exposures.ts';
import { isHydrated } from '../support/hydrated.ts';
import type { LifelikeTab } from '../support/lifelike-tab.ts';
import { prefetchCart } from '../support/speculation.ts';
import {
  MEMORY,
  nothing,
  once,
  proveInPage,
  proveInTab,
  SHIPPING,
  test,
  type WayToBeWrong,
} from '../support/way-to-be-wrong.ts';

// Documents that a browser has at hand without showing them.

const PREFETCHED_AND_VISITED: WayToBeWrong = {
  exposure: SHIPPING,
  seen: [SHIPPING],
  when: 'when a prefetched document is visited, and visited again',
  guards: MEMORY,
  async act(page) {
    await prefetchCart(page);
    await page.evaluate(() => location.assign('/cart'));
    await page.waitForURL('**/cart');
    const [navigation] = await page.evaluate(() => performance.getEntriesByType('navigation'));
    expect(navigation).toMatchObject({ deliveryType: 'navigational-prefetch' });
    await committed(page);
    await openAndSee(page, page.url());
  },
};

const IN_A_LIFELIKE_TAB: readonly WayToBeWrong<LifelikeTab>[] = [
  {
    ...nothing,
    when: 'for a component that mounts in a hidden tab',
    guards: ['page on screen'],
    async act(tab) {
      await tab.goto('/pricing/mounting');
      await tab.waitFor(isHydrated);
      await tab.hide();
      await tab.run(() => document.querySelector<HTMLElement>('[data-testid=toggle]')?.click());
      await tab.waitFor(isCommitted);
    },
  },
  {
    ...nothing,
    when: 'for a document that is prerendered',
    guards: ['page on screen'],
    act: prerender,
  },
  {
    ...once,
    when: 'when a prerendered document is visited',
    guards: ['page on screen', 'once a mount', ...MEMORY],
    async act(tab) {
      await prerender(tab);
      await tab.run(() => location.assign('/pricing/blocking'));
      await tab.waitFor(wasPrerendered);
    },
  },
];

test.describe.configure({ mode: 'parallel' });

proveInPage(PREFETCHED_AND_VISITED);
for (const way of IN_A_LIFELIKE_TAB) proveInTab(way);

async function prerender(tab: LifelikeTab): Promise<void> {
  await tab.goto('/links');
  await tab.waitFor(isHydrated);
  await tab.run(() => {
    const rules = Object.assign(document.createElement('script'), { type: 'speculationrules' });
    rules.text = JSON.stringify({ prerender: [{ urls: ['/pricing/blocking'], eagerness: 'immediate' }] });
    document.head.append(rules);
  });
  await tab.waitForBehind(isCommitted);
}

/** Of a prerendered page Chromium does not reveal the parts that are streamed, such as the button. */
function isCommitted(): boolean {
  return document.querySelector('[data-committed]') !== null;
}

function wasPrerendered(): boolean {
  const [navigation] = performance.getEntriesByType('navigation');
  return navigation?.toJSON().activationStart > 0;
}
