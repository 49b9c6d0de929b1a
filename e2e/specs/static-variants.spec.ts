import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import { EMULATOR, RENDERING } from '../support/addresses.ts';
import { browserFetch } from '../support/browser-fetch.ts';
import { expectCounted } from '../support/collector.ts';
import { hydrated, open } from '../support/hydrated.ts';
import { collectErrors } from '../support/page-errors.ts';
import { expectOnly, sampleVariations } from '../support/sampler.ts';
import { startApp } from '../support/servers.ts';
import { newVisitor, variationOf, visitAs } from '../support/visitors.ts';

const PATH = '/products/static';
const PAGE = RENDERING + PATH;
const VARIATIONS = ['no-badge', 'badge'] as const;

/** What every answer for a visitor whom the browser knows has to be like. */
function expectPrivateHit({ status, headers }: Response): void {
  expect(status).toBe(200);
  expect(headers.get('x-nextjs-cache')).toBe('HIT');
  expect(headers.get('cache-control')).toBe('private, no-cache');
  expect(headers.getSetCookie()).toEqual([]);
}

const answerFor = (visitorId: string, path = PATH) =>
  browserFetch(RENDERING + path, { headers: { cookie: `cv_vid=${visitorId}` } });

const variationIn = (html: string) => /data-variation="([^"]*)"/.exec(html)?.[1];

/** What the page has asked of the relay, in order. */
function watchRelay(page: Page): readonly string[] {
  const asked: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith('/api/convert/')) asked.push(pathname.slice('/api/convert/'.length));
  });
  return asked;
}

/** Addresses that the browser, not the app's router, goes to. */
function watchDocuments(page: Page): readonly string[] {
  const documents: string[] = [];
  page.on('request', (request) => request.isNavigationRequest() && documents.push(request.url()));
  return documents;
}

async function cookieOf(context: BrowserContext, name: string): Promise<string | undefined> {
  return (await context.cookies()).find((cookie) => cookie.name === name)?.value;
}

/** Has every variation in the cache: what was built more than `revalidate` ago is rendered anew by whoever asks first. */
async function warmUp(): Promise<void> {
  for (const variation of VARIATIONS) {
    const visitorId = newVisitor({ 'seasonal-badges': variation });
    const cached = async () => (await answerFor(visitorId)).headers.get('x-nextjs-cache');
    await expect.poll(cached, { timeout: 30_000 }).toBe('HIT');
  }
  const original = async () => (await fetch(PAGE, { headers: { 'user-agent': 'Googlebot/2.1' } })).headers;
  await expect.poll(async () => (await original()).get('x-nextjs-cache'), { timeout: 30_000 }).toBe('HIT');
}

test.beforeAll(warmUp);

test.describe('a static page with variations', () => {
  for (const variation of VARIATIONS) {
    test(`comes from the cache with ${variation}, without a cookie, and names nobody`, async () => {
      const visitorId = newVisitor({ 'seasonal-badges': variation });
      const response = await answerFor(visitorId);
      expectPrivateHit(response);
      const html = await response.text();
      expect(variationIn(html)).toBe(variation);
      expect(html).not.toContain(visitorId);
    });

    test(`shows ${variation} from the first byte on, hydrates, and is counted once with nothing asked before`, async ({
      page,
    }) => {
      const visitorId = newVisitor({ 'seasonal-badges': variation });
      await visitAs(page.context(), visitorId);
      await sampleVariations(page);
      const errors = collectErrors(page);
      const asked = watchRelay(page);
      await open(page, PAGE);
      await expectCounted(visitorId, [`seasonal-badges: ${variation}`]);
      await expectOnly(page, 'badges', variation);
      expect(asked).toEqual(['events']);
      expect(errors).toEqual([]);

      await page.reload();
      await hydrated(page);
      await page.getByRole('button', { name: 'Add to cart' }).click();
      await expectCounted(visitorId, [
        `seasonal-badges: ${variation}`,
        `goal add-to-cart (seasonal-badges: ${variation})`,
      ]);
      await expectOnly(page, 'badges', variation);
    });

    test(`has the title of ${variation}, one address, and an image that others can show`, async ({ page }) => {
      await visitAs(page.context(), newVisitor({ 'seasonal-badges': variation }));
      await open(page, PAGE);
      expect(page.url()).toBe(PAGE);
      await expect(page).toHaveTitle(variation === 'badge' ? /^Tarn Tent, ./ : 'Tarn Tent');
      await expect(page.locator('link[rel=canonical]')).toHaveAttribute('href', new RegExp(`${PATH}$`));
      const image = await page.locator('meta[property="og:image"]').getAttribute('content');
      const { pathname, search } = new URL(image ?? '', RENDERING);
      const answer = await browserFetch(RENDERING + pathname + search);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/png']);
    });
  }

  test('keeps the query, and tells how long deciding took', async () => {
    const response = await answerFor(newVisitor(), `${PATH}?utm_source=mail`);
    expectPrivateHit(response);
    expect(response.headers.get('x-middleware-rewrite')).toMatch(/\?utm_source=mail$/);
    expect(response.headers.get('server-timing')).toMatch(/^convert;dur=\d+\.\d;desc="/);
    const dynamic = await answerFor(newVisitor(), '/products/dynamic');
    expect(dynamic.headers.get('server-timing')).toMatch(/^convert;dur=\d+\.\d$/);
  });

  test('is kept by nobody when it brings a new visitor an id, which counts at once', async ({ page }) => {
    const response = await page.goto(PAGE);
    expect(await response?.headerValue('cache-control')).toBe('private, no-store');
    const visitorId = (await cookieOf(page.context(), 'cv_vid')) ?? '';
    expect(await response?.headerValue('set-cookie')).toContain(`cv_vid=${visitorId};`);
    const variation = variationOf(visitorId, 'seasonal-badges');
    await expect(page.getByTestId('badges')).toHaveAttribute('data-variation', variation ?? '');
    await expectCounted(visitorId, [`seasonal-badges: ${variation}`]);
    expect(await (await page.reload())?.headerValue('set-cookie')).toBeNull();
  });

  test('shows bots the original', async () => {
    const headers = { 'user-agent': 'Googlebot/2.1', cookie: `cv_vid=${newVisitor({ 'seasonal-badges': 'badge' })}` };
    const response = await fetch(PAGE, { headers });
    expectPrivateHit(response);
    expect(variationIn(await response.text())).toBe('no-badge');
  });

  test('is rendered anew in the background, for each variation', async () => {
    const visitors = VARIATIONS.map((variation) => ({
      variation,
      visitorId: newVisitor({ 'seasonal-badges': variation }),
    }));
    for (const { visitorId, variation } of visitors) {
      const look = async () => {
        const response = await answerFor(visitorId, `${PATH}/tarn`);
        const html = await response.text();
        expect(['HIT', 'STALE']).toContain(response.headers.get('x-nextjs-cache'));
        expect(variationIn(html)).toBe(variation);
        return /<time>([^<]*)/.exec(html)?.[1];
      };
      const first = await look();
      await expect.poll(look, { timeout: 15_000 }).not.toBe(first);
    }
  });

  test('is rendered anew once what it shows was published, for each variation', async () => {
    const cached = async (variation: string) => {
      const response = await answerFor(newVisitor({ 'seasonal-badges': variation }));
      expect(variationIn(await response.text())).toBe(variation);
      return response.headers.get('x-nextjs-cache');
    };
    expect((await fetch(`${RENDERING}/api/publish`, { method: 'POST' })).status).toBe(204);
    for (const variation of VARIATIONS) expect(await cached(variation)).toBe('MISS');
    await warmUp();
  });

  test('of the Pages Router is rendered anew once what it shows was published, for each variation', async () => {
    const cached = async (variation: string) => {
      const response = await answerFor(newVisitor({ 'seasonal-badges': variation }), '/products/legacy-static');
      const html = await response.text();
      expect(variationIn(html)).toBe(variation);
      return { status: response.headers.get('x-nextjs-cache'), renderedAt: Number(/<time>(\d+)/.exec(html)?.[1]) };
    };
    for (const variation of VARIATIONS) await expect.poll(() => cached(variation)).toMatchObject({ status: 'HIT' });
    const publishedAt = Date.now();
    for (const variation of VARIATIONS) expect((await cached(variation)).renderedAt).toBeLessThan(publishedAt);
    expect((await fetch(`${RENDERING}/api/publish-legacy`, { method: 'POST' })).status).toBe(204);
    for (const variation of VARIATIONS) {
      const { status, renderedAt } = await cached(variation);
      expect(status).toBe('HIT');
      expect(renderedAt).toBeGreaterThanOrEqual(publishedAt);
    }
  });

  test('reports what a Server Component shows', async ({ page }) => {
    const visitorId = newVisitor({ 'seasonal-badges': 'badge' });
    await visitAs(page.context(), visitorId);
    await page.goto(`${PAGE}/ridge`);
    await expectCounted(visitorId, ['seasonal-badges: badge']);
  });
});

test.describe('the address that a static page really has', () => {
  const ids = '3009860011_3009870023';
  const addresses = [
    `/convert/original${PATH}`,
    `/convert/${ids}${PATH}`,
    `/convert/${ids}${PATH}?a=b`,
    `/convert/${ids}${PATH}/tarn`,
    `/convert/3009860011_1${PATH}`,
    `/convert/anything${PATH}`,
    `/convert/anything${PATH}/with.dot`,
    `/%63onvert/${ids}${PATH}`,
    `/convert/%6friginal/products/%73tatic`,
    `/convert/${ids}${PATH}.rsc`,
  ];

  test('is not found, in no index, and fills no cache, known or unknown', async () => {
    for (const address of addresses) {
      const response = await browserFetch(RENDERING + address);
      expect([address, response.status]).toEqual([address, 404]);
      expect(response.headers.get('x-robots-tag')).toBe('noindex');
      // One page for all of them, so that none of them is rendered.
      expect(response.headers.get('x-middleware-rewrite')).toBe(`/_not-found${new URL(address, PAGE).search}`);
      expect(response.headers.get('x-nextjs-cache')).toBe('HIT');
    }
  });
});

test.describe('while consent is pending', () => {
  test('nothing is kept or sent; once granted, the variation stays and counts', async ({ page }) => {
    await page.context().addCookies([{ name: 'consent', value: 'pending', url: RENDERING }]);
    await sampleVariations(page);
    const asked = watchRelay(page);
    const response = await page.goto(PAGE);
    const shown = variationIn((await response?.text()) ?? '') ?? '';
    const accept = page.getByRole('button', { name: 'Accept' });
    await expect(accept).toBeVisible();
    await page.getByRole('button', { name: 'Add to cart' }).click();
    expect(await response?.headerValue('set-cookie')).toBeNull();
    expect(await cookieOf(page.context(), 'cv_vid')).toBeUndefined();
    expect(asked).toEqual([]);

    await accept.click();
    await expect.poll(() => cookieOf(page.context(), 'cv_vid')).toBeTruthy();
    const visitorId = (await cookieOf(page.context(), 'cv_vid')) ?? '';
    expect(variationOf(visitorId, 'seasonal-badges')).toBe(shown);
    const counted = [`seasonal-badges: ${shown}`, `goal add-to-cart (seasonal-badges: ${shown})`];
    await expectCounted(visitorId, counted);
    await expectOnly(page, 'badges', shown);
    expect(asked.slice(0, 1)).toEqual(['consent']);

    await page.reload();
    await hydrated(page);
    await expectOnly(page, 'badges', shown);
    await expectCounted(visitorId, counted);
  });

  test('a soft navigation counts, once granted, who was decided for it, not who the document was for', async ({
    page,
  }) => {
    await page.context().addCookies([{ name: 'consent', value: 'pending', url: RENDERING }]);
    await open(page, `${RENDERING}/products/dynamic`);
    await push(page, PATH);
    await page.waitForURL(PAGE);
    await page.getByRole('button', { name: 'Accept' }).click();
    await expect.poll(() => cookieOf(page.context(), 'cv_vid')).toBeTruthy();
    const visitorId = (await cookieOf(page.context(), 'cv_vid')) ?? '';
    const shown = (await page.getByTestId('badges').getAttribute('data-variation')) ?? '';
    expect(variationOf(visitorId, 'seasonal-badges')).toBe(shown);
    await expectCounted(visitorId, [`seasonal-badges: ${shown}`]);
    await page.reload();
    await hydrated(page);
    await expect(page.getByTestId('badges')).toHaveAttribute('data-variation', shown);
  });

  test('and denied, the original is shown and nobody is known', async ({ page }) => {
    await page.context().addCookies([{ name: 'consent', value: 'denied', url: RENDERING }]);
    const asked = watchRelay(page);
    const response = await page.goto(PAGE);
    await hydrated(page);
    await expect(page.getByTestId('badges')).toHaveAttribute('data-variation', 'no-badge');
    await page.getByRole('button', { name: 'Add to cart' }).click();
    expect(await response?.headerValue('server-timing')).toMatch(/;desc="original denied - - -"$/);
    expect(await response?.headerValue('cache-control')).toBe('private, no-store');
    expect(await cookieOf(page.context(), 'cv_vid')).toBeUndefined();
    await page.waitForLoadState('networkidle');
    expect(asked).toEqual([]);
  });
});

test('an HttpOnly cookie counts as well, and its id reaches no script', async ({ browser }) => {
  const service = { sdkKey: 'e2e', configUrl: `${EMULATOR}/api/v1`, trackUrl: `${EMULATOR}/v1` };
  const app = await startApp('rendering', { ...service, env: { CONVERT_HTTP_ONLY: 'yes' } });
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const asked = watchRelay(page);
    await open(page, app.url + PATH);
    const visitorId = (await cookieOf(context, 'cv_vid')) ?? '';
    await expectCounted(visitorId, [`seasonal-badges: ${variationOf(visitorId, 'seasonal-badges')}`]);
    expect(asked).toEqual(['events']);
    const readable = await page.evaluate(() => {
      const entries = JSON.stringify(performance.getEntries());
      return [document.cookie, document.documentElement.outerHTML, entries].join();
    });
    expect(readable).toContain('granted');
    expect(readable).not.toContain(visitorId);
  } finally {
    await context.close();
    await app.stop();
  }
});

test.describe('soft navigation', () => {
  test('from a dynamic page and back shows one variation and counts it once', async ({ page }) => {
    const visitorId = newVisitor({ 'seasonal-badges': 'badge' });
    await visitAs(page.context(), visitorId);
    await sampleVariations(page);
    const asked = watchRelay(page);
    await open(page, `${RENDERING}/products/dynamic`);
    const documents = watchDocuments(page);
    await expectCounted(visitorId, ['seasonal-badges: badge']);
    await push(page, PATH);
    await page.waitForURL(PAGE);
    expect(asked).toEqual(['events']);
    await page.getByRole('link', { name: 'Dynamic' }).click();
    await page.waitForURL('**/products/dynamic');
    await page.goBack();
    await page.waitForURL(PAGE);
    await page.getByRole('button', { name: 'Add to cart' }).click();
    await expectCounted(visitorId, ['seasonal-badges: badge', 'goal add-to-cart (seasonal-badges: badge)']);
    expect(documents).toEqual([]);
  });

  test('with a prefetch shows one variation from its first frame on', async ({ page }) => {
    const visitorId = newVisitor({ 'seasonal-badges': 'badge' });
    await visitAs(page.context(), visitorId);
    await sampleVariations(page);
    const prefetched = page.waitForResponse((response) => new URL(response.url()).pathname === PATH);
    await page.goto(RENDERING);
    expect((await prefetched).headers()['cache-control']).toBe('private, no-cache');
    const documents = watchDocuments(page);
    await page.getByRole('link', { name: /^Static/ }).click();
    await expectCounted(visitorId, ['seasonal-badges: badge']);
    expect(documents).toEqual([]);
    await expectOnly(page, 'badges', 'badge');
  });
});

test('a browser without Server-Timing asks the relay who is looking', async ({ page }) => {
  const visitorId = newVisitor({ 'seasonal-badges': 'badge' });
  await visitAs(page.context(), visitorId);
  await page.addInitScript(() => {
    Reflect.deleteProperty(PerformanceResourceTiming.prototype, 'serverTiming');
  });
  const asked = watchRelay(page);
  await open(page, PAGE);
  await expectCounted(visitorId, ['seasonal-badges: badge']);
  expect(asked).toEqual(['payload', 'events']);
});

test.describe('a shared cache that handed one visitor the page of another', () => {
  test('is noticed by these checks, and nobody is counted for what is not theirs', async ({ page }) => {
    const visitorId = newVisitor({ 'seasonal-badges': 'no-badge' });
    const other = await answerFor(newVisitor({ 'seasonal-badges': 'badge' }));
    const body = await other.text();
    await visitAs(page.context(), visitorId);
    await sampleVariations(page);
    const asked = watchRelay(page);
    await page.route(PAGE, async (route) => {
      const own = await route.fetch();
      await route.fulfill({ response: own, body });
    });
    await open(page, PAGE);
    await expect(expectOnly(page, 'badges', 'no-badge')).rejects.toThrow();
    await page.getByRole('button', { name: 'Add to cart' }).click();
    await expect.poll(() => asked).toEqual(['payload']);
    await page.unroute(PAGE);
    await page.reload();
    await expectCounted(visitorId, ['seasonal-badges: no-badge']);
    await expectOnly(page, 'badges', 'no-badge');
  });

  test('keeps the pages that are public: the check for private ones fires on those', async () => {
    const response = await answerFor(newVisitor(), '/');
    expect(response.headers.get('x-nextjs-cache')).toBe('HIT');
    expect(() => expectPrivateHit(response)).toThrow();
  });
});

/** As the app's own router does it. */
function push(page: Page, path: string): Promise<void> {
  return page.evaluate((to) => {
    const { next } = window as unknown as { readonly next: { readonly router: { push(to: string): void } } };
    next.router.push(to);
  }, path);
}
