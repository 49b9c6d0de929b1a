import { expect, type Page, test } from '@playwright/test';
import { FIXTURE_APP, RENDERING, STOREFRONT } from '../support/addresses.ts';
import { type Asker, askersOf, wrongIn } from '../support/answers.ts';
import { arrive } from '../support/arrive.ts';
import { browserFetch } from '../support/browser-fetch.ts';
import { eventsOf, expectCounted } from '../support/collector.ts';
import { hydrated, open } from '../support/hydrated.ts';
import { RENDERING_MODES, type RenderingMode } from '../support/rendering-modes.ts';
import { sampleProject } from '../support/sample-project.ts';
import { startSharedCache } from '../support/shared-cache.ts';
import { dataStoredBy } from '../support/stored-data.ts';
import { newVisitor, variationOf, visitAs } from '../support/visitors.ts';

const VISITORS = 4;
const ROUNDS = 3;
/** Who is asked for the pages: the application, or a cache in front of it. */
type At = (url: string) => string;

type Asked = Pick<RenderingMode, 'url' | 'subject'>;

/** Every visitor asks for the page at the same instant, several times; what was wrong with the answers. */
async function askAtOnce({ url, subject }: Asked, at: At, headers = {}): Promise<string[]> {
  const askers = askersOf(subject, VISITORS);
  const requests = Array.from({ length: ROUNDS }, () => askers).flat();
  return (await Promise.all(requests.map((asker) => wrongIn(at(url), asker, askers, headers)))).flat();
}

const direct: At = (url) => url;
const isOfAppRouter = ({ url }: Asked) => !url.includes('/legacy');
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

/** Visitors without an id ask at the same instant; what was wrong with the answers. */
async function arriveAtOnce({ url, subject, before }: RenderingMode, at: At): Promise<string[]> {
  const arrived = await Promise.all(
    Array.from({ length: VISITORS * ROUNDS }, async () => {
      const response = await browserFetch(at(url));
      const visitorId = /cv_vid=([^;]+)/.exec(response.headers.getSetCookie().join())?.[1] ?? '';
      return { visitorId, said: (await response.text()) + JSON.stringify([...response.headers]) };
    }),
  );
  const ids = new Set(arrived.map(({ visitorId }) => visitorId));
  const decides = before !== 'placeholder';
  return arrived.flatMap(({ visitorId, said }) => {
    if (visitorId === '') return ['no id'];
    const variation = variationOf(visitorId, subject.experience) ?? '';
    return [
      ...(ids.size === arrived.length ? [] : ['an id of somebody else']),
      ...[...ids].filter((id) => id !== visitorId && said.includes(id)),
      ...(decides && !said.includes(`data-variation="${variation}"`) ? [`not ${variation}`] : []),
    ];
  });
}

for (const mode of RENDERING_MODES) {
  test(`${mode.name}: visitors without an id, at the same instant, get one each, and the page of that id`, async () => {
    expect(await arriveAtOnce(mode, direct)).toEqual([]);
  });
}

test('visitors who share an HTTP cache get their own pages, and it keeps those that are the same for all', async () => {
  for (const origin of new Set(RENDERING_MODES.map(({ url }) => new URL(url).origin))) {
    const cache = await startSharedCache(origin);
    const at: At = (url) => url.replace(origin, cache.url);
    for (const mode of RENDERING_MODES.filter(({ url }) => url.startsWith(origin))) {
      expect(await askAtOnce(mode, at), mode.name).toEqual([]);
      if (isOfAppRouter(mode)) expect(await askAtOnce(mode, at, AS_ROUTER), mode.name).toEqual([]);
      expect(await arriveAtOnce(mode, at), mode.name).toEqual([]);
    }
    const before = cache.hits();
    for (const _ of ['first', 'again']) await browserFetch(`${cache.url}/icon.svg`);
    expect(cache.hits()).toBeGreaterThan(before);
    await cache.close();
  }
});

test.describe('what Next.js keeps for all with the same variation', () => {
  const kept: Asked = { ...modeAt('/pricing/navigate'), url: `${FIXTURE_APP}/pricing/cached` };

  /** What a visitor gets of each: by directive, by function and by `fetch`. */
  async function keptFor({ visitorId }: Asker): Promise<string[]> {
    const html = await (await browserFetch(kept.url, { headers: { cookie: `cv_vid=${visitorId}` } })).text();
    return [...html.matchAll(/ data-made="([^"]*)"/g)].map(([, made = '']) => made);
  }

  test('is what visitors at the same instant get of their own variation, with nothing of each other', async () => {
    expect(await askAtOnce(kept, direct)).toEqual([]);
    expect(await askAtOnce(kept, direct, AS_ROUTER)).toEqual([]);
    const [first, other, second] = await Promise.all(askersOf(kept.subject, 3).map(keptFor));
    expect(first).toHaveLength(3);
    expect(second).toEqual(first);
    expect(other?.filter((made) => first?.includes(made))).toEqual([]);
  });

  test('is no decision: nobody is asking in there, and Next.js says so', async () => {
    for (const { visitorId } of askersOf(kept.subject, 2)) {
      const headers = { cookie: `cv_vid=${visitorId}` };
      const html = await (await browserFetch(`${kept.url}/inside`, { headers })).text();
      expect(html).toContain('data-variation="refused"');
    }
  });

  test('names no visitor where it is stored, and the config is not there', async () => {
    const [asker] = askersOf(kept.subject, 1);
    if (!asker) throw new Error('Nobody asks.');
    const [, ...made] = await keptFor(asker);
    const stored = async () => (await dataStoredBy('fixture-app')).join();
    await expect.poll(stored).toContain(made[0]);
    await expect.poll(stored).toContain(made[1]);
    const all = await stored();
    expect(all).not.toContain(asker.visitorId);
    expect(all).not.toContain('cv_vid');
    expect(all).not.toContain('OR_WHEN');
    expect(JSON.stringify(sampleProject)).toContain('OR_WHEN');
  });
});

test.describe('these checks notice', () => {
  test('a cache that is not told what its entry depends on', async () => {
    const { subject } = modeAt('/pricing/navigate');
    const url = `${FIXTURE_APP}/pricing/cached/one-for-all`;
    await browserFetch(url, { headers: { cookie: `cv_vid=${newVisitor()}` } });
    // Next.js stores after it has answered: until then, everybody still gets their own.
    await expect.poll(() => askAtOnce({ url, subject }, direct)).not.toEqual([]);
  });

  test('an HTTP cache that keeps what it may not', async () => {
    const cache = await startSharedCache(RENDERING, { isObedient: false });
    const at: At = (url) => url.replace(RENDERING, cache.url);
    for (const path of ['/products/dynamic', '/products/static']) {
      await browserFetch(cache.url + path, { headers: { cookie: `cv_vid=${newVisitor()}` } });
      expect(await askAtOnce(modeAt(path), at)).not.toEqual([]);
      expect(await arriveAtOnce(modeAt(path), at)).not.toEqual([]);
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
