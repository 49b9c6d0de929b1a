import { expect, test } from '@playwright/test';
import { STOREFRONT } from '../support/addresses.ts';
import { browserFetch } from '../support/browser-fetch.ts';
import { expectCounted } from '../support/collector.ts';
import { hydrated, open } from '../support/hydrated.ts';
import { variationIn } from '../support/storefront-pages.ts';
import { KNOWN_VISITORS, newVisitor, visitAs } from '../support/visitors.ts';

test('two visitors see their own variations side by side', async ({ browser }) => {
  const visitors = [
    { 'home-hero': 'trail-story', 'pricing-page': 'annual-first' },
    { 'home-hero': 'silent-loop', 'pricing-page': 'monthly-first' },
  ].map((variations) => ({ variations, visitorId: newVisitor(variations) }));

  const pages = await Promise.all(
    visitors.map(async ({ visitorId, variations }) => {
      const context = await browser.newContext();
      await visitAs(context, visitorId);
      return { page: await context.newPage(), variations };
    }),
  );
  // In turns and at once: whatever one visitor leaves behind in the server, the other one would meet.
  await Promise.all(pages.map(({ page }) => open(page, '/')));
  for (const { page, variations } of pages) {
    await expect(page.getByTestId('hero')).toHaveAttribute('data-variation', variations['home-hero']);
  }
  for (const { page, variations } of pages) {
    await page.getByRole('link', { name: 'Membership' }).click();
    await expect(page.getByTestId('pricing')).toHaveAttribute('data-variation', variations['pricing-page']);
  }
  await Promise.all(pages.map(({ page }) => page.reload()));
  for (const { page, variations } of pages) {
    await expect(page.getByTestId('pricing')).toHaveAttribute('data-variation', variations['pricing-page']);
    await hydrated(page);
  }
  for (const { visitorId, variations } of visitors) {
    await expectCounted(
      visitorId,
      Object.entries(variations).map(([experience, variation]) => `${experience}: ${variation}`),
    );
  }
  await Promise.all(pages.map(({ page }) => page.context().close()));
});

test('thirty requests of three visitors at once are each answered with their own variation', async () => {
  const requests = Array.from({ length: 10 }, () => KNOWN_VISITORS).flat();
  const answers = requests.map(async ({ visitorId, variations }) => {
    const response = await browserFetch(STOREFRONT, { headers: { cookie: `cv_vid=${visitorId}` } });
    const html = await response.text();
    const others = KNOWN_VISITORS.filter((other) => other.visitorId !== visitorId);
    return (
      variationIn(html, 'hero') === variations['home-hero'] && !others.some((other) => html.includes(other.visitorId))
    );
  });
  expect(await Promise.all(answers)).toEqual(requests.map(() => true));
});
