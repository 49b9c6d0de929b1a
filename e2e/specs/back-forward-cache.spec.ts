import { expect, type Page, test } from '@playwright/test';
import { chosenBrowser } from '../browser.ts';
import { FIXTURE_APP } from '../support/addresses.ts';
import { hydrated } from '../support/hydrated.ts';
import { newVisitor, visitAs } from '../support/visitors.ts';

// Next.js answers dynamic pages with `no-store`. Browsers keep such a page alive all the same, unless its cookies change
// or it meets another `no-store`: reporting an exposure must do neither.

// Playwright turns the back/forward cache off unless it is told not to.
test.use({ launchOptions: { ...chosenBrowser(), ignoreDefaultArgs: ['--disable-back-forward-cache'] } });

test('a page that has reported its exposure comes back alive', async ({ page, context }) => {
  await visitAs(context, newVisitor({ 'pricing-page': 'annual-first' }));
  await seePricing(page);
  expect(await comesBackAlive(page)).toBe(true);
});

test('so does the first page of a new visitor', async ({ page, context }) => {
  await seePricing(page);
  expect((await context.cookies()).map(({ name }) => name)).toEqual(['cv_vid']);
  expect(await comesBackAlive(page)).toBe(true);
});

test('a page whose answers set cookies would not', async ({ page, context }) => {
  await visitAs(context, newVisitor({ 'pricing-page': 'annual-first' }));
  await seePricing(page);
  await page.evaluate(async () => {
    const events = [{ type: 'attributes', values: { plan: 'summit' } }];
    const body = JSON.stringify({ id: 'setsACookie1', isLeaving: true, events });
    const headers = { 'content-type': 'application/json' };
    await (await fetch('/api/convert/events', { method: 'POST', headers, body })).text();
  });
  expect(await comesBackAlive(page)).toBe(false);
});

async function seePricing(page: Page): Promise<void> {
  const reported = page.waitForResponse('**/api/convert/events');
  const answer = await page.goto(`${FIXTURE_APP}/pricing/target`);
  expect(answer?.headers()['cache-control']).toContain('no-store');
  await hydrated(page);
  expect((await reported).status()).toBe(202);
}

async function comesBackAlive(page: Page): Promise<boolean> {
  // Only a page that lives on remembers.
  await page.evaluate(() => document.body.classList.add('alive'));
  await page.goto(`${FIXTURE_APP}/cart`);
  await hydrated(page);
  await page.goBack({ waitUntil: 'commit' });
  await hydrated(page);
  return page.evaluate(() => document.body.classList.contains('alive'));
}
