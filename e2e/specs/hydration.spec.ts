import { expect, test } from '@playwright/test';
import { FIXTURE_APP } from '../support/addresses.ts';
import { open } from '../support/hydrated.ts';
import { collectErrors } from '../support/page-errors.ts';
import { STOREFRONT_PAGES } from '../support/storefront-pages.ts';
import { KNOWN_VISITORS, newVisitor, visitAs } from '../support/visitors.ts';

const FIXTURE_PAGES = [
  '/',
  '/links',
  '/cart',
  '/pricing/target',
  '/products/target',
  '/pricing/mounting',
  '/pricing/activity',
];

for (const { visitorId, variations } of KNOWN_VISITORS) {
  test(`every page of the storefront hydrates without an error for a visitor of ${variations['home-hero']}`, async ({
    page,
  }) => {
    await visitAs(page.context(), visitorId);
    const errors = collectErrors(page);
    for (const { path } of STOREFRONT_PAGES) await open(page, path);
    await page.getByRole('link', { name: 'Fernhollow' }).first().click();
    await page.getByRole('link', { name: 'Tarn Two' }).click();
    await page.getByRole('heading', { name: 'Tarn Two' }).waitFor();
    expect(errors).toEqual([]);
  });
}

test('the cart and the receipt hydrate without an error after an order', async ({ page }) => {
  await visitAs(page.context(), newVisitor({ 'shipping-threshold': 'threshold-75' }));
  const errors = collectErrors(page);
  await open(page, '/products/fell-mug');
  await page.getByTestId('add-to-cart').click();
  await page.waitForURL('**/cart');
  await page.reload();
  await page.getByTestId('checkout').click();
  await page.waitForURL('**/checkout/complete');
  await page.reload();
  await page.getByRole('heading', { name: 'See you out there' }).waitFor();
  expect(errors).toEqual([]);
});

test('pages streamed around a static shell hydrate without an error', async ({ page }) => {
  await visitAs(page.context(), newVisitor({ 'shipping-threshold': 'threshold-75' }));
  const errors = collectErrors(page);
  for (const path of FIXTURE_PAGES) await open(page, FIXTURE_APP + path);
  expect(errors).toEqual([]);
});

test('a page that decides differently in the browser is reported', async ({ page }) => {
  await visitAs(page.context(), newVisitor());
  const errors = collectErrors(page);
  await open(page, `${FIXTURE_APP}/mismatch`);
  await expect(page.getByTestId('mismatch')).toHaveText('treatment');
  expect(errors.join('\n')).toContain('#418');
});
