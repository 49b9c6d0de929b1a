import { expect, type Page, test } from '@playwright/test';
import { RENDERING } from '../support/addresses.ts';
import { browserFetch } from '../support/browser-fetch.ts';
import { expectCounted } from '../support/collector.ts';
import { hydrated, open } from '../support/hydrated.ts';
import { collectErrors } from '../support/page-errors.ts';
import { expectOnly, sampleVariations } from '../support/sampler.ts';
import { newVisitor, visitAs } from '../support/visitors.ts';

const DYNAMIC = `${RENDERING}/products/legacy`;
const STATIC = `${RENDERING}/products/legacy-static`;

/** Where Next.js has the data of a page. */
async function dataAddress(page: Page, path: string): Promise<string> {
  const { buildId } = JSON.parse((await page.locator('#__NEXT_DATA__').textContent()) ?? '{}');
  return `${RENDERING}/_next/data/${buildId}${path}.json`;
}

for (const [from, to, link] of [
  [DYNAMIC, STATIC, 'Static'],
  [STATIC, DYNAMIC, 'Dynamic'],
] as const) {
  test(`navigation from ${new URL(from).pathname} and back shows one variation and counts it once`, async ({
    page,
  }) => {
    const visitorId = newVisitor({ 'seasonal-badges': 'badge' });
    await visitAs(page.context(), visitorId);
    await sampleVariations(page);
    const errors = collectErrors(page);
    await open(page, from);
    const documents: string[] = [];
    page.on('request', (request) => request.isNavigationRequest() && documents.push(request.url()));
    await page.getByRole('link', { name: link }).click();
    await page.waitForURL(to);
    await page.goBack();
    await page.waitForURL(from);
    await page.getByRole('link', { name: link }).click();
    await page.waitForURL(to);
    await hydrated(page);
    // Known by then: what is done on a static page before is not counted.
    await expectCounted(visitorId, ['seasonal-badges: badge']);
    await page.getByRole('button', { name: 'Add to cart' }).click();
    await expectCounted(visitorId, ['seasonal-badges: badge', 'goal add-to-cart (seasonal-badges: badge)']);
    await expectOnly(page, 'badges', 'badge');
    expect(documents).toEqual([]);
    expect(errors).toEqual([]);
  });
}

test('a static page keeps its variation when Next.js asks for its data again, as nobody', async ({ page }) => {
  const visitorId = newVisitor({ 'seasonal-badges': 'badge' });
  await visitAs(page.context(), visitorId);
  await sampleVariations(page);
  const again = page.waitForResponse((response) => response.request().method() === 'HEAD');
  await open(page, STATIC);
  expect((await again).headers()['x-nextjs-rewrite']).toMatch(/^\/convert\/original\//);
  await expectCounted(visitorId, ['seasonal-badges: badge']);
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await expectCounted(visitorId, ['seasonal-badges: badge', 'goal add-to-cart (seasonal-badges: badge)']);
  await expectOnly(page, 'badges', 'badge');
});

test('a static page comes from the cache, without a cookie, and names nobody', async () => {
  for (const variation of ['no-badge', 'badge']) {
    const visitorId = newVisitor({ 'seasonal-badges': variation });
    const response = await browserFetch(STATIC, { headers: { cookie: `cv_vid=${visitorId}` } });
    expect(response.headers.get('x-nextjs-cache')).toMatch(/^(HIT|STALE)$/);
    expect(response.headers.get('cache-control')).toBe('private, no-cache');
    expect(response.headers.getSetCookie()).toEqual([]);
    const html = await response.text();
    expect(html).toContain(` data-variation="${variation}"`);
    expect(html).not.toContain(visitorId);
  }
});

test('the data of a static page has no address of its own', async ({ page }) => {
  await page.goto(STATIC);
  for (const variants of ['original', 'anything', '3009860011_3009870023']) {
    const address = await dataAddress(page, `/convert/${variants}/products/legacy-static`);
    for (const headers of [{}, { 'x-nextjs-data': '1' }]) {
      const response = await browserFetch(address, { headers });
      expect(response.status).toBe(404);
      expect(response.headers.get('x-middleware-rewrite')).toBe('/_not-found');
    }
  }
});

test('the data of a page is decided for the page', async ({ page }) => {
  await page.goto(STATIC);
  for (const variation of ['no-badge', 'badge']) {
    const visitorId = newVisitor({ 'seasonal-badges': variation });
    for (const path of ['/products/legacy', '/products/legacy-static']) {
      const headers = { 'x-nextjs-data': '1', cookie: `cv_vid=${visitorId}` };
      const response = await browserFetch(await dataAddress(page, path), { headers });
      const { payload, staticPayload } = (await response.json()).pageProps;
      expect((payload ?? staticPayload).experiences).toMatchObject([{ variationKey: variation }]);
    }
  }
});
