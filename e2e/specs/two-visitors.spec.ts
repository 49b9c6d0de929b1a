import { expect, type Page, test } from '@playwright/test';
import { FIXTURE_APP, RENDERING, STOREFRONT } from '../support/addresses.ts';
import { askersOf, wrongIn } from '../support/answers.ts';
import { arrive } from '../support/arrive.ts';
import { browserFetch } from '../support/browser-fetch.ts';
import { eventsOf, expectCounted } from '../support/collector.ts';
import { hydrated, open } from '../support/hydrated.ts';
import { RENDERING_MODES, type RenderingMode } from '../support/rendering-modes.ts';
import { startSharedCache } from '../support/shared-cache.ts';
import { newVisitor, visitAs } from '../support/visitors.ts';

const VISITORS = 4;
const ROUNDS = 3;
/** Who is asked for the pages: the application, or a cache in front of it. */
type At = (url: string) => string;

/** Every visitor asks for the page at the same instant, several times; what was wrong with the answers. */
async function askAtOnce({ url, subject }: RenderingMode, at: At, headers = {}): Promise<string[]> {
  const askers = askersOf(subject, VISITORS);
  const requests = Array.from({ length: ROUNDS }, () => askers).flat();
  return (await Promise.all(requests.map((asker) => wrongIn(at(url), asker, askers, headers)))).flat();
}

const direct: At = (url) => url;
const isOfAppRouter = ({ url }: RenderingMode) => !url.includes('/legacy');
/** What the router fetches in place of a document. */
const AS_ROUTER = { rsc: '1' };
const modeAt = (path: string) => {
  const mode = RENDERING_MODES.find(({ url }) => url.endsWith(path));
  if (!mode) throw new Error(`No rendering mode is at ${path}.`);
  return mode;
};

for (const mode of RENDERING_MODES) {
  test(`${mode.name}: visitors at the same instant get their own variation, and nothing of each other`, async () => {
    expect(await askAtOnce(mode, direct)).toEqual([]);
    if (isOfAppRouter(mode)) expect(await askAtOnce(mode, direct, AS_ROUTER)).toEqual([]);
  });
}

test('visitors without an id, at the same instant, get one each, and the page of that id', async () => {
  const { url, subject } = modeAt('/products/dynamic');
  const minted = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const response = await browserFetch(url);
      const visitorId = /cv_vid=([^;]+)/.exec(response.headers.getSetCookie().join())?.[1] ?? '';
      return { visitorId, html: await response.text() };
    }),
  );
  expect(new Set(minted.map(({ visitorId }) => visitorId)).size).toBe(minted.length);
  for (const { visitorId, html } of minted) {
    expect(minted.filter((other) => html.includes(other.visitorId))).toHaveLength(1);
    expect(html).toContain(visitorId);
    expect(html).toContain(`data-testid="${subject.testId}"`);
  }
});

test('visitors who share an HTTP cache get their own pages, and it keeps those that are the same for all', async () => {
  for (const origin of new Set(RENDERING_MODES.map(({ url }) => new URL(url).origin))) {
    const cache = await startSharedCache(origin);
    const at: At = (url) => url.replace(origin, cache.url);
    for (const mode of RENDERING_MODES.filter(({ url }) => url.startsWith(origin))) {
      expect(await askAtOnce(mode, at), mode.name).toEqual([]);
      if (isOfAppRouter(mode)) expect(await askAtOnce(mode, at, AS_ROUTER), mode.name).toEqual([]);
    }
    const before = cache.hits();
    for (const _ of ['first', 'again']) await browserFetch(`${cache.url}/icon.svg`);
    expect(cache.hits()).toBeGreaterThan(before);
    await cache.close();
  }
});

test.describe('these checks notice', () => {
  test('an HTTP cache that keeps what it may not', async () => {
    const cache = await startSharedCache(RENDERING, { isObedient: false });
    const at: At = (url) => url.replace(RENDERING, cache.url);
    for (const path of ['/products/dynamic', '/products/static']) {
      await browserFetch(cache.url + path, { headers: { cookie: `cv_vid=${newVisitor()}` } });
      expect(await askAtOnce(modeAt(path), at)).not.toEqual([]);
    }
    await cache.close();
  });

  test('an application that keeps the decisions of one visitor for all', async () => {
    const { subject } = modeAt('/pricing/navigate');
    const askers = askersOf(subject, 2);
    const wrong: string[] = [];
    for (const asker of askers) wrong.push(...(await wrongIn(`${FIXTURE_APP}/pricing/one-for-all`, asker, askers)));
    expect(wrong).not.toEqual([]);
  });
});

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
  await Promise.all(pages.map(({ page }) => open(page, STOREFRONT)));
  for (const { page, variations } of pages) {
    await expect(page.getByTestId('hero')).toHaveAttribute('data-variation', variations['home-hero']);
  }
  for (const { page, variations } of pages) {
    await page.getByRole('link', { name: 'Membership' }).click();
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

test.describe('a browser that another visitor takes over, by a login', () => {
  const before = 'badge';
  const after = 'no-badge';
  const becomes = async (page: Page, variation: string) => {
    const visitorId = newVisitor({ 'seasonal-badges': variation });
    await visitAs(page.context(), visitorId);
    return visitorId;
  };
  const shown = (page: Page) => expect(page.getByTestId('badges').and(page.locator(':visible')));

  test('asks anew for a page that the server renders', async ({ page }) => {
    const first = await becomes(page, before);
    await arrive(page, modeAt('/products/static'));
    await shown(page).toHaveAttribute('data-variation', before);
    await expectCounted(first, ['seasonal-badges: badge']);
    const second = await becomes(page, after);
    await page.getByRole('link', { name: 'Dynamic' }).click();
    await page.waitForURL('**/products/dynamic');
    await shown(page).toHaveAttribute('data-variation', after);
    await expectCounted(second, ['seasonal-badges: no-badge']);
    expect(await eventsOf(first)).toEqual(['seasonal-badges: badge']);
  });

  test('counts nothing on a page that it keeps of the other one, and has its own with the next document', async ({
    page,
  }) => {
    const first = await becomes(page, before);
    await arrive(page, modeAt('/products/static'));
    await page.getByRole('link', { name: 'Dynamic' }).click();
    await page.waitForURL('**/products/dynamic');
    await expectCounted(first, ['seasonal-badges: badge']);
    const second = await becomes(page, after);
    const asked = page.waitForResponse('**/api/convert/payload?*');
    await page.goBack();
    await shown(page).toHaveAttribute('data-variation', before);
    await asked;
    await page.getByRole('button', { name: 'Add to cart' }).click();
    await page.reload();
    await shown(page).toHaveAttribute('data-variation', after);
    await expectCounted(second, ['seasonal-badges: no-badge']);
    expect(await eventsOf(first)).toEqual(['seasonal-badges: badge']);
  });
});
