import { expect, type Page, test } from '@playwright/test';
import { FIXTURE_APP } from '../support/addresses.ts';
import { committed, openAndSee, visit } from '../support/exposures.ts';
import { isHydrated, open } from '../support/hydrated.ts';
import { type LifelikeTab, openLifelikeTab } from '../support/lifelike-tab.ts';
import { nothing, once, prove, proveInPage, VARIATIONS, type WayToBeWrong } from '../support/way-to-be-wrong.ts';

// Documents that a browser has at hand without showing them. Prefetching and prerendering are asked for by speculation rules.

const PREFETCHING: readonly WayToBeWrong[] = [
  {
    ...nothing,
    when: 'for a document that is prefetched',
    mistake: 'on-the-server',
    act: prefetch,
  },
  {
    ...once,
    when: 'when a prefetched document is visited, and visited again',
    mistake: 'on-every-mount',
    async act(page) {
      await prefetch(page);
      await page.evaluate(() => location.assign('/pricing/target'));
      await page.waitForURL('**/pricing/target');
      const [navigation] = await page.evaluate(() => performance.getEntriesByType('navigation'));
      expect(navigation).toMatchObject({ deliveryType: 'navigational-prefetch' });
      await committed(page);
      await openAndSee(page, page.url());
    },
  },
];

const IN_A_LIFELIKE_TAB: readonly WayToBeWrong<LifelikeTab>[] = [
  {
    ...nothing,
    when: 'for a component that mounts in a hidden tab',
    mistake: 'on-every-mount',
    async act(tab) {
      await tab.goto(`${FIXTURE_APP}/pricing/mounting`);
      await tab.waitFor(isHydrated);
      await tab.hide();
      await tab.run(() => document.querySelector<HTMLElement>('[data-testid=toggle]')?.click());
      await tab.waitFor(isCommitted);
    },
  },
  {
    ...nothing,
    when: 'for a document that is prerendered',
    mistake: 'on-every-mount',
    act: prerender,
  },
  {
    ...once,
    when: 'when a prerendered document is visited',
    mistake: 'on-every-return',
    async act(tab) {
      await prerender(tab);
      await tab.run(() => location.assign('/pricing/blocking'));
      await tab.waitFor(wasPrerendered);
    },
  },
];

test.describe.configure({ mode: 'parallel' });

for (const way of PREFETCHING) proveInPage(way);

test.describe(() => {
  let tab: LifelikeTab;
  test.beforeEach(async () => {
    tab = await openLifelikeTab();
  });
  test.afterEach(() => tab.close());

  for (const way of IN_A_LIFELIKE_TAB) {
    prove(way, async (mistake) => {
      const visitorId = await visit(tab, VARIATIONS, mistake);
      await way.act(tab);
      await tab.waitFor(isHydrated);
      await tab.run(() => document.querySelector<HTMLElement>('[data-testid=convert]')?.click());
      return visitorId;
    });
  }
});

async function prefetch(page: Page): Promise<void> {
  await open(page, `${FIXTURE_APP}/pricing/mounting`);
  const devtools = await page.context().newCDPSession(page);
  const isReady = new Promise<void>((resolve) => {
    devtools.on('Preload.prefetchStatusUpdated', ({ status }) => status === 'Ready' && resolve());
  });
  await devtools.send('Preload.enable');
  await page.evaluate(() => {
    const rules = Object.assign(document.createElement('script'), { type: 'speculationrules' });
    rules.text = JSON.stringify({ prefetch: [{ urls: ['/pricing/target'], eagerness: 'immediate' }] });
    document.head.append(rules);
  });
  await isReady;
}

async function prerender(tab: LifelikeTab): Promise<void> {
  await tab.goto(`${FIXTURE_APP}/links`);
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
