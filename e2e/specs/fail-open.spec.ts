import { type Emulator, startEmulator } from '@convert-fullstack/emulator';
import { expect, type Page, test } from '@playwright/test';
import { browserFetch } from '../support/browser-fetch.ts';
import { expectCounted } from '../support/collector.ts';
import { hydrated, open } from '../support/hydrated.ts';
import { collectErrors } from '../support/page-errors.ts';
import { freePort, type RunningApp, startApp } from '../support/servers.ts';
import { STOREFRONT_PAGES, variationIn } from '../support/storefront-pages.ts';
import { newVisitor } from '../support/visitors.ts';

// Servers of their own, and waiting for what does not come.
test.describe.configure({ timeout: 60_000 });

const SDK_KEY = '10051234/key-of-a-shop-in-trouble';
const VARIATIONS = {
  'home-hero': 'trail-story',
  'pricing-page': 'annual-first',
  'product-gallery': 'carousel',
  'shipping-threshold': 'threshold-75',
};

/** `recover`: the service works again; resolves with where it is. */
interface Trouble {
  readonly configUrl: string;
  recover(): Promise<Emulator>;
  end(): Promise<void>;
}

const TROUBLES: Record<string, () => Promise<Trouble>> = {
  'cannot be reached': async () => {
    const port = await freePort();
    let emulator: Emulator | undefined;
    return {
      configUrl: `http://localhost:${port}/api/v1`,
      recover: async () => {
        emulator = await startEmulator({ port });
        return emulator;
      },
      end: async () => emulator?.close(),
    };
  },
  'answers with errors': () => emulatorThat('error'),
  'does not answer': () => emulatorThat('hang'),
};

async function emulatorThat(fails: 'error' | 'hang'): Promise<Trouble> {
  const emulator = await startEmulator();
  emulator.setFaults({ config: fails });
  return {
    configUrl: emulator.configUrl,
    recover: async () => {
      emulator.setFaults({ config: 'ok' });
      return emulator;
    },
    end: () => emulator.close(),
  };
}

for (const [name, start] of Object.entries(TROUBLES)) {
  test(`when Convert ${name} pages are whole, original and fast; once it is back, experiments start and goals count that were reached meanwhile`, async ({
    page,
  }) => {
    const trouble = await start();
    const { configUrl } = trouble;
    const trackUrl = configUrl.replace('/api/v1', '/v1');
    const app = await startApp('storefront', { sdkKey: SDK_KEY, configUrl, trackUrl });
    try {
      const visitorId = newVisitor(VARIATIONS);
      await page.context().addCookies([{ name: 'cv_vid', value: visitorId, url: app.url }]);
      await expectOriginals(page, app);
      await signUp(app, visitorId);
      const emulator = await trouble.recover();
      await expect
        .poll(() => heroOf(app, visitorId), { timeout: 20_000, intervals: [250] })
        .toBe(VARIATIONS['home-hero']);
      await open(page, `${app.url}/pricing`);
      await expect(page.getByTestId('pricing')).toHaveAttribute('data-variation', VARIATIONS['pricing-page']);
      await expectCounted(visitorId, ['goal newsletter-signup ()', 'pricing-page: annual-first'], emulator.url);
      // One line for an outage, however many requests meet it, and none that gives the key away.
      expect(app.output().match(/\[convert\]/g)).toHaveLength(1);
      expect(app.output()).not.toContain('key-of-a-shop-in-trouble');
    } finally {
      await app.stop();
      await trouble.end();
    }
  });
}

test('events that the collector cannot take arrive once when it is back', async ({ page }) => {
  const emulator = await startEmulator();
  emulator.setFaults({ track: 'error' });
  const app = await startApp('storefront', emulator);
  try {
    const visitorId = newVisitor({ 'pricing-page': 'annual-first' });
    await page.context().addCookies([{ name: 'cv_vid', value: visitorId, url: app.url }]);
    const errors = collectErrors(page);
    await open(page, `${app.url}/pricing`);
    const isTaken = page.waitForResponse(
      (response) => response.status() === 202 && response.request().postData()?.includes('plan-selected') === true,
    );
    await page.getByTestId('choose-summit').click();
    await isTaken;
    expect(emulator.events()).toEqual([]);
    emulator.setFaults({ track: 'ok' });
    const goal = 'goal plan-selected (customDimension1 summit · pricing-page: annual-first)';
    await expectCounted(visitorId, ['pricing-page: annual-first', goal], emulator.url);
    expect(errors).toEqual([]);
  } finally {
    await app.stop();
    await emulator.close();
  }
});

/** Reaches a goal that the shop's server tells Convert of. */
async function signUp(app: RunningApp, visitorId: string): Promise<void> {
  const body = new FormData();
  body.set('cv_vid', visitorId);
  const begun = performance.now();
  const answer = await browserFetch(`${app.url}/api/newsletter`, { method: 'POST', body, redirect: 'manual' });
  expect(performance.now() - begun).toBeLessThan(4_000);
  expect(answer.status).toBe(303);
}

async function expectOriginals(page: Page, app: RunningApp): Promise<void> {
  const errors = collectErrors(page);
  // Left out by the proxy: warms the server up without the config.
  await fetch(`${app.url}/icon.svg`);
  const begun = performance.now();
  const response = await page.goto(app.url, { waitUntil: 'commit' });
  // The first request waits for the config: for a second, not until fetching it is given up after five.
  expect(performance.now() - begun).toBeLessThan(4_000);
  expect(response?.status()).toBe(200);
  await hydrated(page);
  await expect(page.getByTestId('hero')).toHaveAttribute('data-variation', 'none');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Gear for the long way round');
  await page.getByTestId('hero-cta').click();
  expect(errors).toEqual([]);

  // Nobody waits after that.
  const times: number[] = [];
  for (const { path, testId } of STOREFRONT_PAGES) {
    const asked = performance.now();
    const answer = await browserFetch(app.url + path);
    const html = await answer.text();
    times.push(performance.now() - asked);
    expect(answer.status, path).toBe(200);
    expect(variationIn(html, testId), path).toBe('none');
  }
  expect(Math.min(...times)).toBeLessThan(1_000);
}

async function heroOf(app: RunningApp, visitorId: string): Promise<string | null> {
  const response = await browserFetch(app.url, { headers: { cookie: `cv_vid=${visitorId}` } });
  return variationIn(await response.text(), 'hero');
}
