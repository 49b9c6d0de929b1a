import { expect, test } from '@playwright/test';
import { RENDERING } from '../support/addresses.ts';
import { expectCounted } from '../support/collector.ts';
import { open } from '../support/hydrated.ts';
import { newVisitor, visitAs } from '../support/visitors.ts';

test('a relay on a path of its own takes everything, below what the proxy matches too', async ({ page }) => {
  const visitorId = newVisitor({ 'seasonal-badges': 'badge' });
  await visitAs(page.context(), visitorId);
  const posted = new Set<string>();
  page.on('request', (request) => {
    if (request.method() === 'POST') posted.add(request.url());
  });
  await open(page, `${RENDERING}/products/other-path`);
  const exposure = 'seasonal-badges: badge';
  await expectCounted(visitorId, [exposure]);
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await expectCounted(visitorId, [exposure, `goal add-to-cart (${exposure})`]);
  expect([...posted]).toEqual([`${RENDERING}/shop/events`]);
});
