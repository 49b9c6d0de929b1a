import { type Emulator, startEmulator } from '@convert-fullstack/emulator';
import { expect, type Page, test } from '@playwright/test';
import { STOREFRONT } from '../support/addresses.ts';
import { type ClientOnlyApp, type ClientOnlySite, startClientOnlySite } from '../support/client-only-site.ts';
import { eventsOf, expectCounted } from '../support/collector.ts';
import { collectErrors } from '../support/page-errors.ts';
import { expectOnly, sampleVariations, shownIn } from '../support/sampler.ts';
import { slowNetwork } from '../support/slow-network.ts';
import { newVisitor, visitAs } from '../support/visitors.ts';

// How long a page waits that must not give up, however slow the machine is.
const PATIENT_MS = 20_000;

let emulator: Emulator;
let site: ClientOnlySite;

test.beforeEach(async () => {
  emulator = await startEmulator();
  site = await startClientOnlySite(told());
});

test.afterEach(async () => {
  await site.close();
  await emulator.close();
});

function told(app: Partial<ClientOnlyApp> = {}): ClientOnlyApp {
  const { sdkKey, configUrl, trackUrl } = emulator;
  return { sdkKey, configUrl, trackUrl, timeoutMs: PATIENT_MS, ...app };
}

const counted = (visitorId: string, ...expected: string[]) => expectCounted(visitorId, expected, emulator.url);

async function expectVariation(page: Page, variation: string, testId = 'hero'): Promise<void> {
  await expect(page.getByTestId(testId)).toHaveAttribute('data-variation', variation, { timeout: PATIENT_MS });
}

/** Requests for the config so far. */
function watchConfig(page: Page): readonly string[] {
  const requests: string[] = [];
  page.on('request', (request) => {
    if (request.url().startsWith(emulator.configUrl)) requests.push(request.url());
  });
  return requests;
}

for (const variation of ['trail-story', 'original']) {
  test(`on a slow phone a visitor of ${variation} sees that and nothing else, as on the server, and counts once`, async ({
    page,
  }) => {
    const visitorId = newVisitor({ 'home-hero': variation });
    await visitAs(page.context(), visitorId);
    const errors = collectErrors(page);
    const config = watchConfig(page);
    await sampleVariations(page);
    await slowNetwork(page);
    site.tell(told({ providers: 3 }));
    await page.goto(site.url);
    for (const testId of ['hero', 'hero-2', 'hero-3']) {
      await expectVariation(page, variation, testId);
      await expectOnly(page, testId, variation);
    }
    await page.getByTestId('hero').getByRole('button').click();
    await counted(visitorId, `home-hero: ${variation}`, `goal hero-cta (home-hero: ${variation})`);
    expect(config).toHaveLength(1);
    expect(errors).toEqual([]);

    await page.goto(`${STOREFRONT}/`);
    await expectVariation(page, variation);
  });
}

test('control: a component that decides after mount flips, and counts every time', async ({ page }) => {
  const visitorId = newVisitor({ 'home-hero': 'trail-story' });
  await visitAs(page.context(), visitorId);
  await sampleVariations(page);
  site.tell(told({ isNaive: true }));
  for (const visit of [1, 2]) {
    await page.goto(site.url);
    await expectVariation(page, 'trail-story');
    expect((await shownIn(page, 'hero')).variations).toEqual(['none', 'trail-story']);
    await expect(expectOnly(page, 'hero', 'trail-story')).rejects.toThrow();
    await expect.poll(async () => (await eventsOf(visitorId, emulator.url)).length, { timeout: 15_000 }).toBe(visit);
  }
});

test('a new visitor is kept for a year and sees the same on the next page', async ({ page }) => {
  await page.goto(site.url);
  const variation = (await page.getByTestId('hero').getAttribute('data-variation')) ?? '';
  const [cookie] = await page.context().cookies();
  const inDays = ((cookie?.expires ?? 0) - Date.now() / 1_000) / 86_400;
  expect(cookie).toMatchObject({ name: 'cv_vid', path: '/', sameSite: 'Lax', httpOnly: false, secure: false });
  expect(inDays).toBeGreaterThan(364);
  expect(cookie?.value).toMatch(/^[0-9a-f-]{36}$/);
  await page.reload();
  await expectVariation(page, variation);
  await counted(cookie?.value ?? '', `home-hero: ${variation}`);
});

test('a second visit is decided while the service does not answer, and keeps its variation when it does', async ({
  page,
}) => {
  const visitorId = newVisitor({ 'home-hero': 'trail-story' });
  await visitAs(page.context(), visitorId);
  await page.goto(site.url);
  await expectVariation(page, 'trail-story');
  await expect.poll(() => page.evaluate(() => localStorage.getItem('cv_config') !== null)).toBe(true);

  emulator.setFaults({ config: 'hang' });
  const config = watchConfig(page);
  await sampleVariations(page);
  await page.goto(site.url);
  await expectVariation(page, 'trail-story');
  await expectOnly(page, 'hero', 'trail-story');
  expect(config).toHaveLength(1);
  await counted(visitorId, 'home-hero: trail-story');
});

for (const fault of ['hang', 'error'] as const) {
  test(`when the service is down (${fault}) the original is shown in time, and stays when it is back`, async ({
    page,
  }) => {
    const visitorId = newVisitor({ 'home-hero': 'trail-story' });
    await visitAs(page.context(), visitorId);
    emulator.setFaults({ config: fault });
    site.tell(told({ timeoutMs: 400 }));
    await sampleVariations(page);
    const config = watchConfig(page);
    await page.goto(site.url);
    await expectVariation(page, 'none');
    emulator.setFaults({ config: 'ok' });
    // The next attempt succeeds, too late for this page.
    if (fault === 'error') {
      await expect.poll(() => config.length, { timeout: 30_000 }).toBeGreaterThan(1);
      await expect.poll(() => page.evaluate(() => localStorage.getItem('cv_config') !== null)).toBe(true);
    }
    await page.getByTestId('hero').getByRole('button').click();
    await expectOnly(page, 'hero', 'none');
    expect(await eventsOf(visitorId, emulator.url)).toEqual([]);
    site.tell(told());
    await page.goto(site.url);
    await expectVariation(page, 'trail-story');
    await counted(visitorId, 'home-hero: trail-story');
  });
}

test('what the collector does not take is sent again', async ({ page }) => {
  const visitorId = newVisitor({ 'home-hero': 'trail-story' });
  await visitAs(page.context(), visitorId);
  emulator.setFaults({ track: 'error' });
  const refused = page.waitForResponse((response) => response.url().startsWith(emulator.trackUrl) && !response.ok());
  await page.goto(site.url);
  await refused;
  emulator.setFaults({ track: 'ok' });
  await counted(visitorId, 'home-hero: trail-story');
});

test('what is shown counts although the page is left at once', async ({ page }) => {
  const visitorId = newVisitor({ 'home-hero': 'trail-story' });
  await visitAs(page.context(), visitorId);
  await page.goto(site.url);
  await expectVariation(page, 'trail-story');
  // In the same task: nothing of the page runs between the two.
  await page.evaluate(() => {
    document.querySelector<HTMLElement>('[data-testid=hero] button')?.click();
    document.querySelector('a')?.click();
  });
  await page.waitForURL('**/left');
  await counted(visitorId, 'home-hero: trail-story', 'goal hero-cta (home-hero: trail-story)');
});

test('two tabs count once', async ({ page, context }) => {
  const visitorId = newVisitor({ 'home-hero': 'trail-story' });
  await visitAs(context, visitorId);
  const other = await context.newPage();
  for (const tab of [page, other]) {
    await tab.goto(site.url);
    await expectVariation(tab, 'trail-story');
    await tab.getByTestId('hero').getByRole('button').click();
  }
  await counted(visitorId, 'home-hero: trail-story', 'goal hero-cta (home-hero: trail-story)');
});

test('an experience that is bound to a location starts when the router comes there', async ({ page }) => {
  const visitorId = newVisitor({ 'home-hero': 'trail-story', 'pricing-page': 'annual-first' });
  await visitAs(page.context(), visitorId);
  await sampleVariations(page);
  await page.goto(site.url);
  await expectVariation(page, 'trail-story');
  await page.getByTestId('to-pricing').click();
  await expectVariation(page, 'annual-first', 'plans');
  expect((await shownIn(page, 'hero')).variations).toEqual(['trail-story']);
  expect((await shownIn(page, 'plans')).variations).toEqual(['annual-first']);
  await counted(visitorId, 'home-hero: trail-story', 'pricing-page: annual-first');
});

test.describe('consent', () => {
  /** What the browser keeps, and what it told Convert. */
  async function tracesOf(page: Page, sent: readonly string[]): Promise<string[]> {
    const kept = await page.evaluate(async () => [
      ...Object.keys(localStorage),
      ...Object.keys(sessionStorage),
      ...(await indexedDB.databases()).map(({ name }) => `${name}`),
      ...(await caches.keys()),
    ]);
    return [...(await page.context().cookies()).map(({ name }) => name), ...kept, ...sent].sort();
  }
  function watchSent(page: Page): readonly string[] {
    const sent: string[] = [];
    page.on('request', (request) => {
      const isOurs = request.url().startsWith(emulator.url);
      if (isOurs && (request.method() !== 'GET' || request.headers().cookie)) sent.push(request.method());
    });
    return sent;
  }

  test('pending leaves no trace; granted keeps the variation and counts it; denied erases', async ({ page }) => {
    const sent = watchSent(page);
    await sampleVariations(page);
    site.tell(told({ consent: 'pending' }));
    await page.goto(site.url);
    await page.getByTestId('hero').getByRole('button').click();
    const variation = (await page.getByTestId('hero').getAttribute('data-variation')) ?? '';
    expect(['original', 'trail-story', 'silent-loop']).toContain(variation);
    await page.waitForLoadState('networkidle');
    expect(await tracesOf(page, sent)).toEqual([]);

    await page.getByTestId('grant').click();
    await expect(page.getByTestId('consent')).toHaveText('granted');
    const [cookie] = await page.context().cookies();
    await counted(cookie?.value ?? '', `home-hero: ${variation}`, `goal hero-cta (home-hero: ${variation})`);
    expect(await tracesOf(page, [])).toEqual(['cv_config', 'cv_seen', 'cv_vid']);

    const before = sent.length;
    await page.getByTestId('deny').click();
    await expect(page.getByTestId('consent')).toHaveText('denied');
    await page.getByTestId('hero').getByRole('button').click();
    await page.waitForLoadState('networkidle');
    expect(await tracesOf(page, sent.slice(before))).toEqual([]);
    await expectOnly(page, 'hero', variation);
  });

  test('denied shows the original without asking Convert for anything', async ({ page }) => {
    const requests: string[] = [];
    page.on('request', (request) => requests.push(new URL(request.url()).origin));
    site.tell(told({ consent: 'denied' }));
    await visitAs(page.context(), newVisitor({ 'home-hero': 'trail-story' }));
    await page.goto(site.url);
    await expectVariation(page, 'none');
    await page.getByTestId('hero').getByRole('button').click();
    await page.waitForLoadState('networkidle');
    expect(new Set(requests)).toEqual(new Set([site.url]));
    expect(await tracesOf(page, [])).toEqual([]);
  });
});
