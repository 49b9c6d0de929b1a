import { expect, type Page, test } from '@playwright/test';
import { eventsOf, expectCounted } from '../support/collector.ts';
import { open } from '../support/hydrated.ts';
import { newVisitor, type Variations, visitAs } from '../support/visitors.ts';

const RELAY = '**/api/convert/events';

test('a click arrives once, credited to what was shown', async ({ page }) => {
  const visitorId = await visit(page, { 'home-hero': 'trail-story', 'pricing-page': 'annual-first' });
  await open(page, '/');
  await page.getByTestId('hero-cta').click();
  await page.getByTestId('hero-cta').click();
  await page.getByRole('link', { name: 'Membership' }).click();
  await page.getByTestId('choose-day').click();
  await page.getByTestId('choose-ridge').click();
  await page.getByRole('link', { name: 'Fernhollow' }).first().click();
  await page.getByTestId('hero-cta').click();
  await page.getByRole('link', { name: 'Ridge 28' }).click();
  await page.getByTestId('add-to-cart').click();
  await page.waitForURL('**/cart');
  const credited = 'home-hero: trail-story · pricing-page: annual-first';
  await expectCounted(visitorId, [
    'home-hero: trail-story',
    'goal hero-cta (home-hero: trail-story)',
    'pricing-page: annual-first',
    `goal plan-selected (customDimension1 day · ${credited})`,
    'seasonal-badges: badge',
    `goal add-to-cart (${credited} · seasonal-badges: badge)`,
  ]);
});

test('a click is not counted again after a reload', async ({ page }) => {
  const visitorId = await visit(page, { 'home-hero': 'original' });
  await open(page, '/');
  await page.getByTestId('hero-cta').click();
  await expectCounted(visitorId, ['home-hero: original', 'goal hero-cta (home-hero: original)']);
  await open(page, '/');
  await page.getByTestId('hero-cta').click();
  await page.getByRole('link', { name: 'Fell Mug' }).click();
  await page.getByTestId('add-to-cart').click();
  await expectCounted(visitorId, [
    'home-hero: original',
    'goal hero-cta (home-hero: original)',
    'seasonal-badges: badge',
    'goal add-to-cart (home-hero: original · seasonal-badges: badge)',
  ]);
});

test('an order counts in the server action, with revenue and transaction, each time', async ({ page }) => {
  const visitorId = await visit(page, { 'shipping-threshold': 'threshold-50' });
  await page.context().addCookies([{ name: 'cart', value: 'drift-shell.fell-mug', url: 'http://localhost' }]);
  await open(page, '/cart');
  await expectCounted(visitorId, ['shipping-threshold: threshold-50']);
  await page.getByTestId('checkout').click();
  await page.waitForURL('**/checkout/complete');
  await expect.poll(() => eventsOf(visitorId)).toHaveLength(2);

  await page.context().addCookies([{ name: 'cart', value: 'tarn-tent', url: 'http://localhost' }]);
  await open(page, '/cart');
  await page.getByTestId('checkout').click();
  await page.waitForURL('**/checkout/complete');
  await expect.poll(() => eventsOf(visitorId)).toHaveLength(3);

  const [, first = '', second = ''] = await eventsOf(visitorId);
  const credit = 'shipping-threshold: threshold-50';
  expect(parts(first)).toEqual(['amount 213', 'productsCount 2', credit, expect.stringMatching(TRANSACTION)]);
  expect(parts(second)).toEqual(['amount 420', 'productsCount 1', credit, expect.stringMatching(TRANSACTION)]);
  expect(parts(first).at(-1)).not.toBe(parts(second).at(-1));
});

test('an order placed at once is credited to what the cart has just shown', async ({ page }) => {
  const visitorId = await visit(page, { 'shipping-threshold': 'threshold-50' });
  await page.context().addCookies([{ name: 'cart', value: 'fell-mug', url: 'http://localhost' }]);
  await open(page, '/cart');
  await page.getByTestId('checkout').click();
  await page.waitForURL('**/checkout/complete');
  await expect.poll(() => eventsOf(visitorId)).toHaveLength(2);
  const order = (await eventsOf(visitorId)).find((event) => event.startsWith('goal purchase')) ?? '';
  expect(parts(order)).toContain('shipping-threshold: threshold-50');
});

test('a page comes to rest once its events are delivered', async ({ page }) => {
  const visitorId = await visit(page, { 'pricing-page': 'monthly-first' });
  await open(page, '/pricing');
  await page.getByTestId('choose-ridge').click();
  await expectCounted(visitorId, ['pricing-page: monthly-first', CHOSE_RIDGE]);
  await page.waitForLoadState('networkidle', { timeout: 5_000 });
});

test.describe('a click right before the page is left still arrives', () => {
  test('when the browser goes to another site', async ({ page }) => {
    const visitorId = await visit(page, { 'pricing-page': 'monthly-first' });
    await open(page, '/pricing');
    await page.evaluate(() => {
      document.querySelector<HTMLElement>('[data-testid="choose-ridge"]')?.click();
      location.href = 'about:blank#left';
    });
    await page.waitForURL('about:blank#left');
    await expectCounted(visitorId, ['pricing-page: monthly-first', CHOSE_RIDGE]);
  });

  test('when the page is reloaded', async ({ page }) => {
    const visitorId = await visit(page, { 'pricing-page': 'monthly-first' });
    await open(page, '/pricing');
    await page.getByTestId('choose-ridge').click();
    await page.reload();
    await expectCounted(visitorId, ['pricing-page: monthly-first', CHOSE_RIDGE]);
  });

  test('when the tab is closed', async ({ page, context }) => {
    const visitorId = await visit(page, { 'pricing-page': 'monthly-first' });
    // A browser without any tab may end before it has sent what is under way.
    await context.newPage();
    await open(page, '/pricing');
    await page.getByTestId('choose-ridge').click();
    await page.close({ runBeforeUnload: true });
    await expectCounted(visitorId, ['pricing-page: monthly-first', CHOSE_RIDGE]);
  });
});

test.describe('events are counted exactly once', () => {
  test('when the relay fails at first', async ({ page }) => {
    const visitorId = await visit(page, { 'pricing-page': 'monthly-first' });
    await page.route(RELAY, (route) => route.fulfill({ status: 500, body: 'no' }), { times: 1 });
    await tellTwice(page);
    await expectCounted(visitorId, ['pricing-page: monthly-first', CHOSE_RIDGE, SAW_HOME, CLICKED_HERO]);
  });

  test('when the network fails at first', async ({ page }) => {
    const visitorId = await visit(page, { 'pricing-page': 'monthly-first' });
    await page.route(RELAY, (route) => route.abort('connectionreset'), { times: 1 });
    await tellTwice(page);
    await expectCounted(visitorId, ['pricing-page: monthly-first', CHOSE_RIDGE, SAW_HOME, CLICKED_HERO]);
  });

  test('when the answer of the relay is lost', async ({ page }) => {
    const visitorId = await visit(page, { 'pricing-page': 'monthly-first' });
    await page.route(
      RELAY,
      async (route) => {
        await route.fetch();
        await route.abort('connectionreset');
      },
      { times: 1 },
    );
    await tellTwice(page);
    await expectCounted(visitorId, ['pricing-page: monthly-first', CHOSE_RIDGE, SAW_HOME, CLICKED_HERO]);
  });
});

const TRANSACTION = /^transactionId [0-9a-f-]{36}$/;
const CHOSE_RIDGE = 'goal plan-selected (customDimension1 ridge · pricing-page: monthly-first)';
const SAW_HOME = 'home-hero: original';
const CLICKED_HERO = 'goal hero-cta (home-hero: original · pricing-page: monthly-first)';

/** Not in the way of each other: the cart stays without an experiment, products without a gallery. */
async function visit(page: Page, variations: Variations): Promise<string> {
  const visitorId = newVisitor({
    'home-hero': 'original',
    'product-gallery': null,
    'seasonal-badges': 'badge',
    'shipping-threshold': null,
    ...variations,
  });
  await visitAs(page.context(), visitorId);
  return visitorId;
}

/** Events that go through the trouble, and later ones that show that it is over. */
async function tellTwice(page: Page): Promise<void> {
  const firstTry = page.waitForRequest(RELAY);
  await open(page, '/pricing');
  await page.getByTestId('choose-ridge').click();
  await firstTry;
  await page.getByRole('link', { name: 'Fernhollow' }).first().click();
  await page.getByTestId('hero-cta').click();
}

/** What a conversion says, without its order. */
function parts(event: string): string[] {
  return (/\((.*)\)$/.exec(event)?.[1]?.split(' · ') ?? []).sort();
}
