import { expect, type Page } from '@playwright/test';
import { chosenBrowser } from '../browser.ts';
import { expectCounted } from '../support/collector.ts';
import { committed, convert, openAndSee, visit } from '../support/exposures.ts';
import { open } from '../support/hydrated.ts';
import { openLinks } from '../support/links.ts';
import { openInStrictMode } from '../support/strict-mode-page.ts';
import {
  GALLERY,
  HOME,
  MEMORY,
  nothing,
  once,
  PRICING,
  proveInPage,
  SHIPPING,
  test,
  VARIATIONS,
  type WayToBeWrong,
} from '../support/way-to-be-wrong.ts';

const WAYS: readonly WayToBeWrong[] = [
  {
    ...nothing,
    when: 'for a component that suspends and never commits',
    guards: ['after commit'],
    async act(page) {
      await openPricing(page, 'suspends');
      await toggle(page, 1);
      await expect(page.getByTestId('waiting')).toBeVisible();
    },
  },
  {
    ...nothing,
    when: 'for a component in a hidden Activity',
    guards: ['after commit'],
    async act(page) {
      await openPricing(page, 'activity');
      await expect(page.getByTestId('pricing-page')).toBeHidden();
    },
  },
  {
    ...once,
    when: 'when a hidden Activity is shown, hidden and shown again',
    guards: MEMORY,
    async act(page) {
      await openPricing(page, 'activity');
      await toggle(page, 3);
      await expect(page.getByTestId('pricing-page')).toBeVisible();
    },
  },
  {
    ...nothing,
    when: 'for a component that throws while it renders',
    guards: ['after commit'],
    async act(page) {
      await openPricing(page, 'throws/at-once');
      await toggle(page, 1);
      await expect(page.getByTestId('retry')).toBeVisible();
    },
  },
  {
    ...once,
    when: 'when a page throws after it was seen, and is tried again',
    guards: MEMORY,
    async act(page) {
      await openPricing(page, 'throws');
      for (const _ of ['once', 'again']) {
        await toggle(page, 1);
        await page.getByTestId('retry').click();
        await expect(page.getByTestId('pricing-page')).toBeVisible();
      }
    },
  },
  {
    ...once,
    when: 'when StrictMode runs every effect twice',
    guards: MEMORY,
    async act(page, cut) {
      await openInStrictMode(page, cut);
      await committed(page);
    },
  },
  {
    ...once,
    when: 'when its component unmounts and mounts again',
    guards: MEMORY,
    async act(page) {
      await openPricing(page, 'mounting');
      await toggle(page, 5);
      await expect(page.getByTestId('pricing-page')).toBeVisible();
    },
  },
  {
    ...once,
    when: 'over reloads',
    guards: MEMORY,
    async act(page) {
      for (const _ of ['once', 'again']) await seePricing(page, 'target');
    },
  },
  {
    ...once,
    when: 'over reloads of a page that shows it after a click',
    guards: MEMORY,
    async act(page) {
      for (const _ of ['once', 'again']) {
        await openPricing(page, 'mounting');
        await toggle(page, 1);
        await committed(page);
      }
    },
  },
  {
    ...once,
    when: 'when the browser goes back to a page in its back/forward cache',
    guards: ['once a mount', ...MEMORY],
    async act(page) {
      await seePricing(page, 'target');
      // A browser that is short of something gives the page up, now and then.
      await expect(async () => {
        // Only a page that lives on can hear this.
        await page.evaluate(() => window.addEventListener('pageshow', () => document.body.classList.add('alive')));
        await page.goto('/links');
        await page.goBack({ waitUntil: 'commit' });
        await expect(page.locator('body')).toHaveClass('alive', { timeout: 3_000 });
      }).toPass();
    },
  },
  {
    ...once,
    when: 'in two tabs that open at the same moment',
    guards: MEMORY,
    inTwoTabs: true,
    async act(page) {
      const second = await page.context().newPage();
      await Promise.all([seePricing(page, 'target'), seePricing(second, 'target')]);
      await second.goto('about:blank');
    },
  },
  {
    ...once,
    seen: [HOME, PRICING],
    when: 'over soft navigation, back and forward',
    guards: MEMORY,
    async act(page) {
      await open(page, '/');
      for (const _ of ['once', 'again']) {
        await page.getByRole('link', { name: 'Pricing' }).click();
        await expect(page.getByTestId('pricing-page')).toBeVisible();
        await page.goBack();
        await expect(page.getByTestId('home-hero')).toBeVisible();
      }
      await page.goForward();
      await expect(page.getByTestId('pricing-page')).toBeVisible();
    },
  },
  followedTwice('<Link>', 'default', PRICING),
  followedTwice('<Link prefetch={true}>', 'true', GALLERY),
  followedTwice('<Link prefetch={false}>', 'false', SHIPPING),
];

// Playwright turns the back/forward cache off unless it is told not to.
test.use({ launchOptions: { ...chosenBrowser(), ignoreDefaultArgs: ['--disable-back-forward-cache'] } });
test.describe.configure({ mode: 'parallel' });

for (const way of WAYS) proveInPage(way);

for (const guard of MEMORY) {
  test.describe(`without ${guard} alone`, () => {
    test.use({ without: [guard] });

    test('an exposure is counted once over reloads', async ({ page }) => {
      const visitorId = await visit(page.context(), VARIATIONS);
      for (const _ of ['once', 'again']) await seePricing(page, 'target');
      await convert(page);
      await expectCounted(visitorId, [PRICING, `goal newsletter-signup (${PRICING})`]);
    });
  });
}

const seePricing = (page: Page, name: string) => openAndSee(page, `/pricing/${name}`);
const openPricing = (page: Page, name: string) => open(page, `/pricing/${name}`);

async function toggle(page: Page, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) await page.getByTestId('toggle').click();
}

function followedTwice(link: string, name: string, exposure: string): WayToBeWrong {
  return {
    exposure,
    seen: [exposure],
    when: `when a ${link} is followed twice`,
    guards: MEMORY,
    async act(page) {
      await openLinks(page);
      for (const _ of ['once', 'again']) {
        await page.getByRole('link', { name }).click();
        await expect(page.locator('[data-variation]:visible')).toHaveCount(1);
        await page.goBack();
        await expect(page.getByRole('link', { name })).toBeVisible();
      }
    },
  };
}
