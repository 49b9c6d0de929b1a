import { expect, type Page, test } from '@playwright/test';
import { chosenBrowser } from '../browser.ts';
import { FIXTURE_APP } from '../support/addresses.ts';
import { committed, openAndSee } from '../support/exposures.ts';
import { open } from '../support/hydrated.ts';
import { openInStrictMode } from '../support/strict-mode-page.ts';
import {
  GALLERY,
  HOME,
  nothing,
  once,
  PRICING,
  proveInPage,
  SHIPPING,
  type WayToBeWrong,
} from '../support/way-to-be-wrong.ts';

const WAYS: readonly WayToBeWrong[] = [
  {
    ...nothing,
    when: 'for a component that suspends and never commits',
    mistake: 'while-rendering',
    async act(page) {
      await openPricing(page, 'suspends');
      await toggle(page, 1);
      await expect(page.getByTestId('waiting')).toBeVisible();
    },
  },
  {
    ...nothing,
    when: 'for a component in a hidden Activity',
    mistake: 'while-rendering',
    async act(page) {
      await openPricing(page, 'activity');
      await expect(page.getByTestId('pricing-page')).toBeHidden();
    },
  },
  {
    ...once,
    when: 'when a hidden Activity is shown, hidden and shown again',
    mistake: 'on-every-mount',
    async act(page) {
      await openPricing(page, 'activity');
      await toggle(page, 3);
      await expect(page.getByTestId('pricing-page')).toBeVisible();
    },
  },
  {
    ...nothing,
    when: 'for a component that throws while it renders',
    mistake: 'while-rendering',
    async act(page) {
      await openPricing(page, 'throws/at-once');
      await toggle(page, 1);
      await expect(page.getByTestId('retry')).toBeVisible();
    },
  },
  {
    ...once,
    when: 'when a page throws after it was seen, and is tried again',
    mistake: 'on-every-mount',
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
    mistake: 'on-every-mount',
    async act(page) {
      await openInStrictMode(page);
      await committed(page);
    },
  },
  {
    ...once,
    when: 'when its component unmounts and mounts again',
    mistake: 'on-every-mount',
    async act(page) {
      await openPricing(page, 'mounting');
      await toggle(page, 5);
      await expect(page.getByTestId('pricing-page')).toBeVisible();
    },
  },
  {
    ...once,
    when: 'over reloads',
    mistake: 'on-every-mount',
    async act(page) {
      for (const _ of ['once', 'again']) await seePricing(page, 'target');
    },
  },
  {
    ...once,
    when: 'over reloads of a page that shows it after a click',
    mistake: 'on-every-mount',
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
    mistake: 'on-every-return',
    async act(page) {
      await seePricing(page, 'target');
      // Only a page that lives on can hear this.
      await page.evaluate(() => window.addEventListener('pageshow', () => document.body.classList.add('alive')));
      await page.goto(`${FIXTURE_APP}/links`);
      await page.goBack({ waitUntil: 'commit' });
      await expect(page.locator('body')).toHaveClass('alive');
    },
  },
  {
    ...once,
    when: 'in two tabs that open at the same moment',
    mistake: 'on-every-mount',
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
    mistake: 'on-every-mount',
    async act(page) {
      await open(page, FIXTURE_APP);
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
  {
    ...nothing,
    when: 'for a page that a <Link> prefetches',
    mistake: 'on-the-server',
    act: openLinks,
  },
  {
    ...nothing,
    exposure: GALLERY,
    when: 'for a page that a <Link prefetch={true}> prefetches',
    mistake: 'on-the-server',
    act: openLinks,
  },
  followedTwice('<Link>', 'default', PRICING),
  followedTwice('<Link prefetch={true}>', 'true', GALLERY),
  followedTwice('<Link prefetch={false}>', 'false', SHIPPING),
];

// Playwright turns the back/forward cache off unless it is told not to.
test.use({ launchOptions: { ...chosenBrowser(), ignoreDefaultArgs: ['--disable-back-forward-cache'] } });
test.describe.configure({ mode: 'parallel' });

for (const way of WAYS) proveInPage(way);

const seePricing = (page: Page, name: string) => openAndSee(page, `${FIXTURE_APP}/pricing/${name}`);
const openPricing = (page: Page, name: string) => open(page, `${FIXTURE_APP}/pricing/${name}`);

async function toggle(page: Page, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) await page.getByTestId('toggle').click();
}

async function openLinks(page: Page): Promise<void> {
  const prefetched: string[] = [];
  page.on('requestfinished', (request) => prefetched.push(new URL(request.url()).pathname));
  await open(page, `${FIXTURE_APP}/links`);
  await expect.poll(() => prefetched).toEqual(expect.arrayContaining(['/pricing/target', '/products/target']));
  await page.waitForLoadState('networkidle');
  expect(prefetched).not.toContain('/cart');
}

function followedTwice(link: string, name: string, exposure: string): WayToBeWrong {
  return {
    exposure,
    seen: [exposure],
    when: `when a ${link} is followed twice`,
    mistake: 'on-every-mount',
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
