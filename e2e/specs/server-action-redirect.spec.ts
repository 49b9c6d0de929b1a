import { expect, test } from '@playwright/test';
import { expectCounted } from '../support/collector.ts';
import { open } from '../support/hydrated.ts';
import { newVisitor, visitAs } from '../support/visitors.ts';

test('the page that a server action redirects to is decided for its own address', async ({ page }) => {
  const visitorId = newVisitor({
    'product-gallery': 'carousel',
    'seasonal-badges': 'badge',
    'shipping-threshold': 'threshold-75',
  });
  await visitAs(page.context(), visitorId);
  await open(page, '/products/drift-shell');
  await page.getByTestId('add-to-cart').click();
  await page.waitForURL('**/cart');
  await expect(page.getByTestId('shipping-bar')).toHaveAttribute('data-variation', 'threshold-75');
  await expectCounted(visitorId, [
    'product-gallery: carousel',
    'seasonal-badges: badge',
    'goal add-to-cart (product-gallery: carousel · seasonal-badges: badge)',
    'shipping-threshold: threshold-75',
  ]);
  await page.reload();
  await expect(page.getByTestId('shipping-bar')).toHaveAttribute('data-variation', 'threshold-75');
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('the page that a server action redirects to is decided for its own address', async ({ page }) => {
    await visitAs(page.context(), newVisitor({ 'shipping-threshold': 'threshold-75' }));
    await page.goto('/products/drift-shell');
    await page.getByTestId('add-to-cart').click();
    await page.waitForURL('**/cart');
    await expect(page.getByTestId('shipping-bar')).toHaveAttribute('data-variation', 'threshold-75');
    await expect(page.getByRole('link', { name: 'Drift Shell' })).toBeVisible();
  });
});
