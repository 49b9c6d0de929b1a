import { expect, test } from '@playwright/test';
import { FIXTURE_APP, STOREFRONT } from '../support/addresses.ts';
import { browserFetch } from '../support/browser-fetch.ts';
import { expectCounted } from '../support/collector.ts';
import { open } from '../support/hydrated.ts';
import { STOREFRONT_PAGES, variationIn } from '../support/storefront-pages.ts';
import { KNOWN_VISITORS, newVisitor, variationOf } from '../support/visitors.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const HEADLINES: Record<string, string> = {
  original: 'Gear for the long way round',
  'trail-story': 'Tell us where the path goes',
  'silent-loop': 'Weather is part of it',
};

const SITES = [
  { name: 'a dynamic page', site: STOREFRONT, testId: 'hero' },
  { name: 'a page streamed around a static shell', site: FIXTURE_APP, testId: 'home-hero' },
];

for (const { name, site, testId } of SITES) {
  test(`a fresh visitor of ${name} gets one cookie with a new id, and an answer that no cache may share`, async () => {
    const response = await browserFetch(site);
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('private, no-store');
    const cookies = response.headers.getSetCookie();
    expect(cookies).toHaveLength(1);
    const [pair = '', ...attributes] = cookies[0]?.split('; ') ?? [];
    expect(pair.split('=')).toEqual(['cv_vid', expect.stringMatching(UUID)]);
    expect(attributes.sort()).toEqual(['Max-Age=31536000', 'Path=/', 'SameSite=Lax']);
  });

  test(`the first HTML of ${name} shows the variation of the id that it sets`, async () => {
    const response = await browserFetch(site);
    const visitorId = /cv_vid=([^;]+)/.exec(response.headers.get('set-cookie') ?? '')?.[1] ?? '';
    expect(variationIn(await response.text(), testId)).toBe(variationOf(visitorId, 'home-hero'));
  });

  test(`a visitor who returns to ${name} keeps id and variation`, async () => {
    const visitorId = newVisitor({ 'home-hero': 'silent-loop' });
    for (const _ of ['once', 'again']) {
      const response = await browserFetch(site, { headers: { cookie: `theme=dark; cv_vid=${visitorId}` } });
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(variationIn(await response.text(), testId)).toBe('silent-loop');
    }
  });
}

test('the cookie is Secure when the visitor came over https', async () => {
  const response = await browserFetch(STOREFRONT, { headers: { 'x-forwarded-proto': 'https' } });
  expect(response.headers.get('set-cookie')).toContain('; Secure');
});

test('an id that cannot be kept is replaced', async () => {
  for (const invalid of ['', 'two%20words', 'a'.repeat(129), '%3Cb%3E']) {
    const response = await browserFetch(STOREFRONT, { headers: { cookie: `cv_vid=${invalid}` } });
    expect(response.headers.get('set-cookie')).toMatch(/^cv_vid=[0-9a-f-]{36};/);
    expect(response.headers.get('cache-control')).toBe('private, no-store');
  }
});

for (const { visitorId, variations } of KNOWN_VISITORS) {
  test(`every page is decided in its HTML for a visitor of ${variations['home-hero']}`, async () => {
    for (const { path, testId, experienceKey } of STOREFRONT_PAGES) {
      const response = await browserFetch(STOREFRONT + path, { headers: { cookie: `cv_vid=${visitorId}` } });
      expect(variationIn(await response.text(), testId), path).toBe(variations[experienceKey] ?? 'none');
    }
  });
}

test('a page composed with an own proxy handler and its rewrite is decided for the address that the visitor sees', async () => {
  const visitorId = newVisitor({ 'pricing-page': 'annual-first' });
  const response = await browserFetch(`${FIXTURE_APP}/pricing/rewritten`, {
    headers: { cookie: `cv_vid=${visitorId}` },
  });
  expect(response.headers.getSetCookie()).toEqual(['from_app=yes; Path=/']);
  expect(variationIn(await response.text(), 'pricing-page')).toBe('annual-first');
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('a fresh visitor sees one complete variation and keeps it on the next visit', async ({ page }) => {
    await page.goto('/');
    const variation = (await page.getByTestId('hero').getAttribute('data-variation')) ?? '';
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(HEADLINES[variation] ?? 'no variation');
    await page.reload();
    await expect(page.getByTestId('hero')).toHaveAttribute('data-variation', variation);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(HEADLINES[variation] ?? 'no variation');
  });
});

test('the id is set once, readable by scripts, and is the one that events carry', async ({ page, context }) => {
  let cookiesSet = 0;
  page.on('response', async (response) => {
    const headers = await response.headersArray().catch(() => []);
    cookiesSet += headers.filter(
      ({ name, value }) => name.toLowerCase() === 'set-cookie' && /^cv_vid=/.test(value),
    ).length;
  });
  await open(page, '/');
  await page.getByRole('link', { name: 'Membership' }).click();
  await expect(page.getByTestId('pricing')).toBeVisible();
  const cookie = (await context.cookies()).find(({ name }) => name === 'cv_vid');
  const visitorId = cookie?.value ?? '';
  expect(cookie).toMatchObject({ path: '/', sameSite: 'Lax', httpOnly: false, secure: false });
  expect(await page.evaluate(() => document.cookie)).toContain(`cv_vid=${visitorId}`);
  const rollout = variationOf(visitorId, 'search-rollout');
  await expectCounted(visitorId, [
    `home-hero: ${variationOf(visitorId, 'home-hero')}`,
    `pricing-page: ${variationOf(visitorId, 'pricing-page')}`,
    ...(rollout ? [`search-rollout: ${rollout}`] : []),
  ]);
  expect(cookiesSet).toBe(1);
});
