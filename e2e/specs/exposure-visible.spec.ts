import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from '@playwright/test';
import { expectCounted } from '../support/collector.ts';
import { convert, visit } from '../support/exposures.ts';
import { isHydrated, open } from '../support/hydrated.ts';
import type { LifelikeTab } from '../support/lifelike-tab.ts';
import {
  MEMORY,
  nothing,
  once,
  PRICING,
  proveInPage,
  proveInTab,
  test,
  VARIATIONS,
  type WayToBeWrong,
} from '../support/way-to-be-wrong.ts';

// `exposure: 'visible'` and `<Exposure when="visible">`: half of the element for a second of visible page. The element is 500
// pixels high and begins below the fold.

const A_SECOND = 1_250;

const WAYS: readonly WayToBeWrong[] = [
  belowTheFold('an element', 'visible'),
  belowTheFold('an element around <Exposure>', 'visible/exposure'),
  seenTwice('an element', 'visible'),
  seenTwice('an element around <Exposure>', 'visible/exposure'),
  {
    ...nothing,
    when: 'for an element of which a third is seen',
    guards: ['half in view'],
    async act(page) {
      await openPricing(page, 'visible');
      await page.evaluate(showPixels, 170);
      await page.waitForTimeout(A_SECOND);
    },
  },
  {
    ...nothing,
    when: 'for an element that is scrolled past',
    guards: ['for a second'],
    async act(page) {
      await openPricing(page, 'visible');
      await page.evaluate(scrollPast);
      await page.waitForTimeout(A_SECOND);
    },
  },
];

const WAYS_OF_HIDING: readonly WayToBeWrong<LifelikeTab>[] = [
  {
    ...nothing,
    when: 'for an element in view while its tab is hidden',
    guards: ['page on screen'],
    act: hideInView,
  },
  {
    ...once,
    when: 'for an element in view when its tab is shown again',
    guards: ['for a second', 'once a mount', ...MEMORY],
    async act(tab) {
      await hideInView(tab);
      await tab.show();
      await sleep(A_SECOND);
    },
  },
];

test.describe.configure({ mode: 'parallel' });

for (const way of WAYS) proveInPage(way);

for (const way of WAYS_OF_HIDING) proveInTab(way);

test.describe(() => {
  // Of the 500 pixels at most 200 are in view, so never half.
  test.use({ viewport: { width: 1280, height: 200 } });

  test('an exposure is counted once for an element that fills half of a window lower than itself', async ({ page }) => {
    const visitorId = await seeInPart(page);
    await expectCounted(visitorId, [PRICING, `goal newsletter-signup (${PRICING})`]);
  });

  test.describe('without half of the window', () => {
    test.use({ without: ['half of the window'] });

    test('nothing is counted for an element that fills half of a window lower than itself', async ({ page }) => {
      const visitorId = await seeInPart(page);
      await expectCounted(visitorId, ['goal newsletter-signup ()']);
    });
  });
});

function belowTheFold(element: string, path: string): WayToBeWrong {
  return {
    ...nothing,
    when: `for ${element} below the fold`,
    guards: ['in view'],
    async act(page) {
      await openPricing(page, path);
      await page.waitForTimeout(A_SECOND);
    },
  };
}

function seenTwice(element: string, path: string): WayToBeWrong {
  return {
    ...once,
    when: `for ${element} of which half is seen, and seen again`,
    guards: ['once a mount', ...MEMORY],
    async act(page) {
      await openPricing(page, path);
      for (const _ of ['once', 'again']) {
        await page.evaluate(showPixels, 260);
        await page.waitForTimeout(A_SECOND);
        await page.evaluate(showPixels, -100);
      }
    },
  };
}

const openPricing = (page: Page, name: string) => open(page, `/pricing/${name}`);

async function seeInPart(page: Page): Promise<string> {
  const visitorId = await visit(page.context(), VARIATIONS);
  await openPricing(page, 'visible');
  await page.evaluate(showPixels, 120);
  await page.waitForTimeout(A_SECOND);
  await convert(page);
  return visitorId;
}

async function hideInView(tab: LifelikeTab): Promise<void> {
  await tab.goto('/pricing/visible');
  await tab.waitFor(isHydrated);
  await tab.run(show);
  await tab.hide();
  await sleep(A_SECOND);
}

/** Scrolls until so much of the element's height is in view, and waits until that is on screen. Negative: out of view. */
async function showPixels(pixels: number): Promise<void> {
  const top = document.querySelector('section')?.getBoundingClientRect().top ?? 0;
  window.scrollBy({ top: top + pixels - window.innerHeight, behavior: 'instant' });
  for (const _ of ['in this frame', 'observed after it']) await new Promise(requestAnimationFrame);
}

/** In one go, as a slow machine might take a second between two commands to the page. */
async function scrollPast(): Promise<void> {
  document.querySelector('section')?.scrollIntoView();
  for (const _ of ['in this frame', 'observed after it']) await new Promise(requestAnimationFrame);
  await new Promise((resolve) => setTimeout(resolve, 300));
  window.scrollTo(0, document.body.scrollHeight);
}

async function show(): Promise<void> {
  document.querySelector('section')?.scrollIntoView();
  for (const _ of ['in this frame', 'observed after it']) await new Promise(requestAnimationFrame);
}
