import { expect, test } from '@playwright/test';
import { RENDERING } from '../support/addresses.ts';
import { browserFetch } from '../support/browser-fetch.ts';
import { expectCounted } from '../support/collector.ts';
import { open } from '../support/hydrated.ts';
import { newVisitor, visitAs } from '../support/visitors.ts';

const PAGE = `${RENDERING}/products/actions`;
/** The same action, on a page that was rendered ahead of time and is at another address inside. */
const STATIC_PAGE = `${RENDERING}/products/static/tarn`;
const IN_CART = { badge: 'Tarn Tent, Autumn pick', 'no-badge': 'Tarn Tent' } as const;

for (const variation of ['no-badge', 'badge'] as const) {
  for (const url of [PAGE, STATIC_PAGE]) {
    test(`a server action of ${new URL(url).pathname} decides and counts for its visitor, with ${variation}`, async ({
      page,
    }) => {
      const visitorId = newVisitor({ 'seasonal-badges': variation });
      await visitAs(page.context(), visitorId);
      await open(page, url);
      const exposure = `seasonal-badges: ${variation}`;
      await expectCounted(visitorId, [exposure]);
      await page.getByRole('button', { name: 'Add to cart' }).click();
      await expect(page.locator('output')).toHaveText(IN_CART[variation]);
      await expectCounted(visitorId, [exposure, `goal add-to-cart (${exposure})`]);
    });
  }

  test(`a route handler decides for the page that it names, and counts after its answer, with ${variation}`, async ({
    page,
  }) => {
    const visitorId = newVisitor({ 'seasonal-badges': variation });
    await visitAs(page.context(), visitorId);
    await open(page, PAGE);
    const exposure = `seasonal-badges: ${variation}`;
    await expectCounted(visitorId, [exposure]);
    const headers = { cookie: `cv_vid=${visitorId}` };
    const response = await browserFetch(`${RENDERING}/api/newsletter`, { method: 'POST', headers });
    expect(await response.json()).toEqual({ label: variation === 'badge' ? 'Autumn pick' : null });
    await expectCounted(visitorId, [exposure, `goal newsletter-signup (${exposure})`]);
  });

  test.describe('without JavaScript', () => {
    test.use({ javaScriptEnabled: false });

    for (const url of [PAGE, STATIC_PAGE]) {
      test(`a server action of ${new URL(url).pathname} decides for its visitor, with ${variation}`, async ({
        page,
      }) => {
        await visitAs(page.context(), newVisitor({ 'seasonal-badges': variation }));
        await page.goto(url);
        await page.getByRole('button', { name: 'Add to cart' }).click();
        await expect(page.locator('output')).toHaveText(IN_CART[variation]);
        await expect(page.getByTestId('badges')).toHaveAttribute('data-variation', variation);
        expect(page.url()).toBe(url);
      });
    }
  });
}
