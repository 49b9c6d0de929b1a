import { expect, test } from '@playwright/test';
import { FIXTURE_APP } from '../support/addresses.ts';
import { hydrated, open } from '../support/hydrated.ts';
import { expectOnly, sampleVariations, shownIn } from '../support/sampler.ts';
import { STOREFRONT_PAGES } from '../support/storefront-pages.ts';
import { KNOWN_VISITORS, newVisitor, visitAs } from '../support/visitors.ts';

for (const [index, { visitorId, variations }] of KNOWN_VISITORS.entries()) {
  // Every page for one visitor; for the others the page that they see differently.
  const pages = index === 0 ? STOREFRONT_PAGES : STOREFRONT_PAGES.slice(0, 1);
  test(`a first load shows a visitor of ${variations['home-hero']} one variation`, async ({ page }) => {
    await visitAs(page.context(), visitorId);
    await sampleVariations(page);
    for (const { path, testId, experienceKey } of pages) {
      await open(page, path);
      await expectOnly(page, testId, variations[experienceKey] ?? 'none');
    }
  });
}

test('soft navigation there and back shows one variation of every experience', async ({ page }) => {
  await visitAs(
    page.context(),
    newVisitor({
      'home-hero': 'trail-story',
      'pricing-page': 'annual-first',
      'product-gallery': 'carousel',
      'shipping-threshold': 'threshold-50',
    }),
  );
  await sampleVariations(page);
  await open(page, '/');
  const { origin } = new URL(page.url());
  const documents: string[] = [];
  page.on('request', (request) => request.isNavigationRequest() && documents.push(request.url()));

  await page.getByRole('link', { name: 'Membership' }).click();
  await expect(page.getByTestId('pricing')).toBeVisible();
  await page.getByRole('link', { name: 'Cart' }).click();
  await expect(page.getByTestId('shipping-bar')).toBeVisible();
  await page.getByRole('link', { name: 'Fernhollow' }).click();
  await expect(page.getByTestId('hero')).toBeVisible();
  await page.getByRole('link', { name: 'Ridge 28' }).click();
  await expect(page.getByTestId('gallery')).toBeVisible();
  for (const path of ['/', '/cart', '/pricing']) {
    await page.goBack();
    await page.waitForURL(origin + path);
  }
  await expect(page.getByTestId('pricing')).toBeVisible();

  expect(documents).toEqual([]);
  await expectOnly(page, 'hero', 'trail-story');
  await expectOnly(page, 'pricing', 'annual-first');
  await expectOnly(page, 'shipping-bar', 'threshold-50');
  await expectOnly(page, 'gallery', 'carousel');
});

test('a page streamed around a static shell shows one variation, on first load and after soft navigation', async ({
  page,
}) => {
  await visitAs(page.context(), newVisitor({ 'home-hero': 'silent-loop', 'pricing-page': 'annual-first' }));
  await sampleVariations(page);
  await open(page, FIXTURE_APP);
  await page.getByRole('link', { name: 'Pricing' }).click();
  await expect(page.getByTestId('pricing-page')).toBeVisible();
  const { variations: first } = await shownIn(page, 'home-hero');
  const { variations: second } = await shownIn(page, 'pricing-page');
  expect([first, second]).toEqual([['silent-loop'], ['annual-first']]);
});

test.describe('the sampler notices', () => {
  test.beforeEach(async ({ page }) => {
    await visitAs(page.context(), newVisitor());
    await sampleVariations(page);
    await page.goto(`${FIXTURE_APP}/flicker`);
    await hydrated(page);
  });

  test('a variation that is decided after mount', async ({ page }) => {
    await expect(page.getByTestId('late')).toHaveText('Treatment');
    const { variations } = await shownIn(page, 'late');
    expect(variations).toEqual(['original', 'treatment']);
    await expect(expectOnly(page, 'late', 'treatment')).rejects.toThrow();
  });

  test('a page that is hidden until it is decided', async ({ page }) => {
    const { variations, hiddenFrames } = await shownIn(page, 'hidden');
    expect(variations).toEqual(['treatment']);
    expect(hiddenFrames).toBeGreaterThan(0);
    await expect(expectOnly(page, 'hidden', 'treatment')).rejects.toThrow();
  });
});
