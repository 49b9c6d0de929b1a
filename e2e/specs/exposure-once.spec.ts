import { expect, type Page, test } from '@playwright/test';
import { expectCounted } from '../support/collector.ts';
import { visit, watchReports } from '../support/exposures.ts';
import { hydrated, open } from '../support/hydrated.ts';

// The shop as it is; exposure-truth.spec.ts has every way to be wrong. In each test the goal is reached last: whatever was
// wrongly counted before it would have arrived before it.

test.describe('in the storefront an exposure is counted once', () => {
  expectNothingSentTwice();

  test('over reloads', async ({ page }) => {
    const visitorId = await visit(page.context(), { 'pricing-page': 'annual-first' });
    await open(page, '/pricing');
    await page.reload();
    await hydrated(page);
    await page.reload();
    await hydrated(page);
    await choosePlan(page);
    await expectCounted(visitorId, ['pricing-page: annual-first', PLAN_OF_ANNUAL_FIRST]);
  });

  test('over soft navigation, back and forward', async ({ page }) => {
    const visitorId = await visit(page.context(), {
      'home-hero': 'silent-loop',
      'pricing-page': 'annual-first',
      'shipping-threshold': null,
    });
    await open(page, '/');
    for (const _ of ['once', 'again']) {
      await page.getByRole('link', { name: 'Membership' }).click();
      await expect(page.getByTestId('pricing')).toBeVisible();
      await page.getByRole('link', { name: 'Cart' }).click();
      await expect(page.getByTestId('shipping-bar')).toBeVisible();
      await page.goBack();
      await expect(page.getByTestId('pricing')).toBeVisible();
      await page.goBack();
      await expect(page.getByTestId('hero')).toBeVisible();
    }
    await page.goForward();
    await choosePlan(page);
    const seen = ['home-hero: silent-loop', 'pricing-page: annual-first'];
    await expectCounted(visitorId, [...seen, `goal plan-selected (customDimension1 summit · ${seen.join(' · ')})`]);
  });

  test('when the browser goes back to a page of another document', async ({ page }) => {
    const visitorId = await visit(page.context(), { 'pricing-page': 'annual-first' });
    await open(page, '/pricing');
    await page.goto('about:blank');
    await page.goBack();
    await hydrated(page);
    await choosePlan(page);
    await expectCounted(visitorId, ['pricing-page: annual-first', PLAN_OF_ANNUAL_FIRST]);
  });

  test('in two tabs', async ({ page, context }) => {
    const visitorId = await visit(page.context(), { 'pricing-page': 'annual-first' });
    await open(page, '/pricing');
    await expectCounted(visitorId, ['pricing-page: annual-first']);
    const second = await context.newPage();
    await open(second, '/pricing');
    await choosePlan(second);
    await expectCounted(visitorId, ['pricing-page: annual-first', PLAN_OF_ANNUAL_FIRST]);
  });

  test('by experience: pages that are only linked to do not count', async ({ page }) => {
    const visitorId = await visit(page.context(), {
      'home-hero': 'original',
      'pricing-page': 'annual-first',
      'product-gallery': 'carousel',
    });
    const prefetched = page.waitForResponse((response) => /\/pricing\?.*_rsc=/.test(response.url()));
    await open(page, '/');
    await prefetched;
    await page.getByTestId('hero-cta').click();
    await expectCounted(visitorId, ['home-hero: original', 'goal hero-cta (home-hero: original)']);
  });
});

test('an exposure is counted once in two tabs that open at the same time', async ({ page, context }) => {
  const visitorId = await visit(page.context(), { 'pricing-page': 'annual-first' });
  const second = await context.newPage();
  await Promise.all([open(page, '/pricing'), open(second, '/pricing')]);
  await Promise.all([page.goto('about:blank'), choosePlan(second)]);
  await expectCounted(visitorId, ['pricing-page: annual-first', PLAN_OF_ANNUAL_FIRST]);
});

const PLAN_OF_ANNUAL_FIRST = 'goal plan-selected (customDimension1 summit · pricing-page: annual-first)';

function expectNothingSentTwice(): void {
  let check: () => void;
  test.beforeEach(({ context }) => {
    check = watchReports(context);
  });
  test.afterEach(() => check());
}

const choosePlan = (page: Page) => page.getByTestId('choose-summit').click();
