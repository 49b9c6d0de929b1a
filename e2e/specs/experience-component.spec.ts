import { type Emulator, startEmulator } from '@convert-fullstack/emulator';
import { expect, type Page, test } from '@playwright/test';
import { RENDERING } from '../support/addresses.ts';
import { browserFetch } from '../support/browser-fetch.ts';
import { expectCounted } from '../support/collector.ts';
import { hydrated, open } from '../support/hydrated.ts';
import { collectErrors } from '../support/page-errors.ts';
import { sampleProject } from '../support/sample-project.ts';
import { expectOnly, sampleVariations, shownIn } from '../support/sampler.ts';
import { type RunningApp, startApp } from '../support/servers.ts';
import { errorsOf as errorsIn } from '../support/variation-errors.ts';
import { newVisitor, visitAs } from '../support/visitors.ts';

// A server of this file's own: what it says about errors is compared before and after.
let emulator: Emulator;
let app: RunningApp;
test.beforeAll(async () => {
  emulator = await startEmulator({ project: sampleProject });
  app = await startApp('fixture-app', emulator);
});
test.afterAll(async () => {
  await app.stop();
  await emulator.close();
});

const MONTHLY_TEXT = 'Leave whenever the weather does.';
const ANNUAL_TEXT = 'Stop counting weekends.';
const EXPOSED = ['pricing-page: annual-first'];
const CONVERTED = 'goal newsletter-signup (pricing-page: annual-first)';

test.describe('<Experience> in a Server Component', () => {
  for (const variation of ['badge', 'no-badge']) {
    test(`has ${variation} in the first HTML, shows nothing else, hydrates and counts once`, async ({ page }) => {
      const visitorId = await visit(page, { 'seasonal-badges': variation });
      const errors = collectErrors(page);
      await sampleVariations(page);
      for (const _ of ['first', 'again']) {
        await page.goto(`${RENDERING}/products/components`);
        await expectCounted(visitorId, [`seasonal-badges: ${variation}`]);
        await expectOnly(page, 'badges', variation);
      }
      expect(errors).toEqual([]);
    });
  }

  test('sends one branch, in HTML and in what navigation fetches', async () => {
    for (const [chosen, text, other] of [
      ['annual-first', ANNUAL_TEXT, MONTHLY_TEXT],
      ['monthly-first', MONTHLY_TEXT, ANNUAL_TEXT],
    ] as const) {
      const cookie = `cv_vid=${newVisitor({ 'pricing-page': chosen })}`;
      for (const headers of [{ cookie }, { cookie, rsc: '1' }]) {
        const answer = await browserFetch(`${app.url}/pricing/experience`, { headers });
        const bytes = await answer.text();
        expect(bytes).toContain(text);
        expect(bytes).not.toContain(other);
      }
    }
  });

  test('sends one branch in all that the browser gets, which one of a Client Component does not', async ({ page }) => {
    await visit(page, { 'pricing-page': 'annual-first' });
    const ofServer = await bytesOf(page, `${app.url}/pricing/experience`);
    expect([ofServer.includes(ANNUAL_TEXT), ofServer.includes(MONTHLY_TEXT)]).toEqual([true, false]);
    const ofClient = await bytesOf(page, `${app.url}/pricing/experience/client`);
    expect([ofClient.includes(ANNUAL_TEXT), ofClient.includes(MONTHLY_TEXT)]).toEqual([true, true]);
  });

  test('shows the original on a page made anew after the variation has thrown, and counts an error', async ({
    page,
  }) => {
    const visitorId = await visit(page, { 'pricing-page': 'annual-first' });
    const errorsBefore = await errorsOf('annual-first');
    await open(page, `${app.url}/pricing/experience`);
    await counted(visitorId, EXPOSED);
    await expect(page.getByTestId('plans')).toHaveAttribute('data-variation', 'annual-first');
    await page.getByTestId('plans').click();
    await expect(page.getByTestId('plans')).toHaveAttribute('data-variation', 'monthly-first');
    await expect.poll(() => errorsOf('annual-first')).toBe(errorsBefore + 1);

    // From then on in the first HTML.
    await sampleVariations(page);
    await open(page, `${app.url}/pricing/experience/click`);
    expect((await shownIn(page, 'plans')).variations).toEqual(['monthly-first']);
    await page.getByTestId('convert').click();
    await counted(visitorId, [...EXPOSED, CONVERTED]);
    expect(await errorsOf('annual-first')).toBe(errorsBefore + 1);
  });

  test('shows the original to a visitor whose variation throws on the server, and counts no exposure', async ({
    page,
  }) => {
    const visitorId = await visit(page, { 'pricing-page': 'annual-first' });
    const errorsBefore = await errorsOf('annual-first');
    await page.goto(`${app.url}/pricing/experience/rsc`);
    await expect(page.getByTestId('plans')).toHaveAttribute('data-variation', 'monthly-first');
    await hydrated(page);
    await expect.poll(() => errorsOf('annual-first')).toBe(errorsBefore + 1);
    await page.getByTestId('convert').click();
    await counted(visitorId, ['goal newsletter-signup ()']);
  });
});

test.describe('<Experience> in a Client Component', () => {
  test('shows one variation and counts it once, however often it is mounted', async ({ page }) => {
    const visitorId = await visit(page, { 'pricing-page': 'annual-first' });
    const errors = collectErrors(page);
    await sampleVariations(page);
    await open(page, `${app.url}/pricing/experience/client`);
    for (const _ of ['away', 'back', 'away', 'back']) await page.getByTestId('toggle').click();
    await page.getByTestId('convert').click();
    await counted(visitorId, [...EXPOSED, CONVERTED]);
    expect((await shownIn(page, 'plans')).variations).toEqual(['annual-first']);
    expect(errors).toEqual([]);
  });

  for (const how of ['render', 'effect', 'blocking']) {
    test(`a variation that throws at once (${how}) shows the original and counts no exposure`, async ({ page }) => {
      const visitorId = await visit(page, { 'pricing-page': 'annual-first' });
      const errorsBefore = await errorsOf('annual-first');
      await page.goto(`${app.url}/pricing/experience/${how}`);
      // What the server could not render leaves hidden parts elsewhere in the page.
      const main = page.locator('main');
      await expect(main.getByTestId('plans')).toHaveAttribute('data-variation', 'monthly-first');
      await expect(main.getByTestId('heard')).toHaveText('annual-first');
      await expect.poll(() => errorsOf('annual-first')).toBe(errorsBefore + 1);

      // Mounted again, and on another page.
      for (const _ of ['away', 'back']) await main.getByTestId('toggle').click();
      await expect(main.getByTestId('plans')).toHaveAttribute('data-variation', 'monthly-first');
      await sampleVariations(page);
      await open(page, `${app.url}/pricing/experience/click`);
      expect((await shownIn(page, 'plans')).variations).toEqual(['monthly-first']);
      await page.getByTestId('convert').click();
      await counted(visitorId, ['goal newsletter-signup ()']);
      expect(await errorsOf('annual-first')).toBe(errorsBefore + 1);
    });
  }

  test('a variation that throws later has been exposed once, and the page goes on', async ({ page }) => {
    const visitorId = await visit(page, { 'pricing-page': 'annual-first' });
    const documents: string[] = [];
    page.on('request', (request) => request.isNavigationRequest() && documents.push(request.url()));
    await open(page, `${app.url}/pricing/experience/click`);
    await counted(visitorId, EXPOSED);
    await page.getByTestId('plans').click();
    await expect(page.getByTestId('plans')).toHaveAttribute('data-variation', 'monthly-first');
    await page.getByTestId('convert').click();
    await counted(visitorId, [...EXPOSED, CONVERTED]);
    expect(documents).toHaveLength(1);
  });

  test('while consent is pending, the original is shown without anything being kept', async ({ page }) => {
    await page.context().addCookies([{ name: 'consent', value: 'pending', url: app.url }]);
    await expect(async () => {
      await open(page, `${app.url}/pricing/experience/click`);
      await expect(page.getByTestId('plans')).toHaveAttribute('data-variation', 'annual-first', { timeout: 100 });
    }).toPass();
    await page.getByTestId('plans').click();
    await expect(page.getByTestId('plans')).toHaveAttribute('data-variation', 'monthly-first');
    expect((await page.context().cookies()).map(({ name }) => name)).toEqual(['consent']);
  });
});

function visit(page: Page, variations: Parameters<typeof newVisitor>[0]): Promise<string> {
  const visitorId = newVisitor(variations);
  return visitAs(page.context(), visitorId).then(() => visitorId);
}

const counted = (visitorId: string, expected: readonly string[]) => expectCounted(visitorId, expected, emulator.url);

const errorsOf = (variationKey: string) => errorsIn(app.url, 'pricing-page', variationKey);

/** Every text that a browser is sent for a page. */
async function bytesOf(page: Page, url: string): Promise<string> {
  const bodies: Promise<string>[] = [];
  page.on('response', (response) => bodies.push(response.text().catch(() => '')));
  await open(page, url);
  await page.waitForLoadState('networkidle');
  return (await Promise.all(bodies)).join('\n');
}
