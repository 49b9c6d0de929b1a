import { fileURLToPath } from 'node:url';
import { expect, type Page, test } from '@playwright/test';
import { build } from 'esbuild';
import { FIXTURE_APP } from '../support/addresses.ts';
import { eventsOf, expectCounted } from '../support/collector.ts';
import { hydrated, open } from '../support/hydrated.ts';
import { newVisitor, visitAs } from '../support/visitors.ts';

// In each test the goal is reached last: whatever was wrongly counted before it would have arrived before it.

test.describe('in the storefront an exposure is counted once', () => {
  expectNothingSentTwice();

  test('over reloads', async ({ page }) => {
    const visitorId = await visit(page, { 'pricing-page': 'annual-first' });
    await open(page, '/pricing');
    await page.reload();
    await hydrated(page);
    await page.reload();
    await hydrated(page);
    await choosePlan(page);
    await expectCounted(visitorId, ['pricing-page: annual-first', PLAN_OF_ANNUAL_FIRST]);
  });

  test('over soft navigation, back and forward', async ({ page }) => {
    const visitorId = await visit(page, {
      'home-hero': 'silent-loop',
      'pricing-page': 'annual-first',
      'shipping-threshold': null,
    });
    await open(page, '/');
    for (const _ of ['once', 'again']) {
      await page.getByRole('link', { name: 'Membership' }).click();
      await expect(page.getByTestId('pricing')).toBeVisible();
      await page.getByRole('link', { name: 'Cart' }).click();
      await expect(page.getByTestId('shipping-bar')).toBeVisible();
      await page.goBack();
      await expect(page.getByTestId('pricing')).toBeVisible();
      await page.goBack();
      await expect(page.getByTestId('hero')).toBeVisible();
    }
    await page.goForward();
    await choosePlan(page);
    const seen = ['home-hero: silent-loop', 'pricing-page: annual-first'];
    await expectCounted(visitorId, [...seen, `goal plan-selected (customDimension1 summit · ${seen.join(' · ')})`]);
  });

  test('when the browser goes back to a page of another document', async ({ page }) => {
    const visitorId = await visit(page, { 'pricing-page': 'annual-first' });
    await open(page, '/pricing');
    await page.goto('about:blank');
    await page.goBack();
    await hydrated(page);
    await choosePlan(page);
    await expectCounted(visitorId, ['pricing-page: annual-first', PLAN_OF_ANNUAL_FIRST]);
  });

  test('in two tabs', async ({ page, context }) => {
    const visitorId = await visit(page, { 'pricing-page': 'annual-first' });
    await open(page, '/pricing');
    await expectCounted(visitorId, ['pricing-page: annual-first']);
    const second = await context.newPage();
    await open(second, '/pricing');
    await choosePlan(second);
    await expectCounted(visitorId, ['pricing-page: annual-first', PLAN_OF_ANNUAL_FIRST]);
  });

  test('by experience: pages that are only linked to do not count', async ({ page }) => {
    const visitorId = await visit(page, {
      'home-hero': 'original',
      'pricing-page': 'annual-first',
      'product-gallery': 'carousel',
    });
    const prefetched = page.waitForResponse((response) => /\/pricing\?.*_rsc=/.test(response.url()));
    await open(page, '/');
    await prefetched;
    await page.getByTestId('hero-cta').click();
    await expectCounted(visitorId, ['home-hero: original', 'goal hero-cta (home-hero: original)']);
  });
});

test('an exposure is counted once in two tabs that open at the same time', async ({ page, context }) => {
  const visitorId = await visit(page, { 'pricing-page': 'annual-first' });
  const second = await context.newPage();
  await Promise.all([open(page, '/pricing'), open(second, '/pricing')]);
  await Promise.all([page.goto('about:blank'), choosePlan(second)]);
  await expectCounted(visitorId, ['pricing-page: annual-first', PLAN_OF_ANNUAL_FIRST]);
});

test.describe('in an app that keeps pages in a hidden Activity an exposure is counted once', () => {
  expectNothingSentTwice();

  test('over soft navigation, back and forward', async ({ page }) => {
    const visitorId = await visit(page, { 'home-hero': 'original', 'pricing-page': 'monthly-first' });
    await open(page, FIXTURE_APP);
    for (const _ of ['once', 'again']) {
      await page.getByRole('link', { name: 'Pricing' }).click();
      await expect(page.getByTestId('pricing-page')).toBeVisible();
      await page.goBack();
      await expect(page.getByTestId('home-hero')).toBeVisible();
    }
    await convert(page);
    const seen = ['home-hero: original', 'pricing-page: monthly-first'];
    await expectCounted(visitorId, [...seen, `goal newsletter-signup (${seen.join(' · ')})`]);
  });

  test('when its component unmounts and mounts again', async ({ page }) => {
    const visitorId = await visit(page, { 'pricing-page': 'monthly-first' });
    await open(page, `${FIXTURE_APP}/pricing/mounting`);
    await toggle(page, 5);
    await expect(page.getByTestId('pricing-page')).toBeVisible();
    await convert(page);
    await expectCounted(visitorId, [
      'pricing-page: monthly-first',
      'goal newsletter-signup (pricing-page: monthly-first)',
    ]);
  });

  test('when its component mounts for the first time after a reload', async ({ page }) => {
    const visitorId = await visit(page, { 'pricing-page': 'monthly-first' });
    for (const _ of ['first', 'reloaded']) {
      await open(page, `${FIXTURE_APP}/pricing/mounting`);
      await toggle(page, 1);
      await expect(page.getByTestId('pricing-page')).toBeVisible();
    }
    await convert(page);
    await expectCounted(visitorId, [
      'pricing-page: monthly-first',
      'goal newsletter-signup (pricing-page: monthly-first)',
    ]);
  });

  test('when a hidden Activity is shown, hidden and shown again', async ({ page }) => {
    const visitorId = await visit(page, { 'pricing-page': 'monthly-first' });
    await open(page, `${FIXTURE_APP}/pricing/activity`);
    await expect(page.getByTestId('pricing-page')).toBeHidden();
    await toggle(page, 3);
    await expect(page.getByTestId('pricing-page')).toBeVisible();
    await convert(page);
    await expectCounted(visitorId, [
      'pricing-page: monthly-first',
      'goal newsletter-signup (pricing-page: monthly-first)',
    ]);
  });
});

test.describe('in StrictMode an exposure is counted once', () => {
  expectNothingSentTwice();

  test('when every effect runs twice', async ({ page }) => {
    const visitorId = await visit(page, { 'pricing-page': 'monthly-first' });
    const script = await strictModeScript();
    await page.route('**/strict-mode', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<!doctype html><div></div><script type="module">${script}</script>`,
      }),
    );
    await page.goto('/strict-mode');
    await expect(page.getByTestId('pricing-page')).toHaveAttribute('data-variation', 'monthly-first');
    await convert(page);
    await expectCounted(visitorId, [
      'pricing-page: monthly-first',
      'goal newsletter-signup (pricing-page: monthly-first)',
    ]);
    expect(await page.evaluate(() => document.body.dataset.effects)).toBe('2');
  });
});

test.describe('nothing is counted', () => {
  test('for a component in a hidden Activity', async ({ page }) => {
    const visitorId = await visit(page, { 'pricing-page': 'monthly-first' });
    await open(page, `${FIXTURE_APP}/pricing/activity`);
    await expect(page.getByTestId('pricing-page')).toBeHidden();
    await convert(page);
    await expectCounted(visitorId, ['goal newsletter-signup ()']);
  });

  test('for a component that suspends and never commits', async ({ page }) => {
    const visitorId = await visit(page, { 'pricing-page': 'monthly-first' });
    await open(page, `${FIXTURE_APP}/pricing/suspends`);
    await toggle(page, 1);
    await expect(page.getByTestId('waiting')).toBeVisible();
    await convert(page);
    await expectCounted(visitorId, ['goal newsletter-signup ()']);
  });

  test('for a page that is only linked to, whichever way it is prefetched', async ({ page }) => {
    const variations = {
      'pricing-page': 'monthly-first',
      'product-gallery': 'stacked',
      'shipping-threshold': 'threshold-50',
    };
    const visitorId = await visit(page, variations);
    const prefetched: string[] = [];
    page.on('request', (request) => prefetched.push(new URL(request.url()).pathname));
    await open(page, `${FIXTURE_APP}/links`);
    await page.waitForLoadState('networkidle');
    expect(prefetched).toEqual(expect.arrayContaining(['/pricing/target', '/products/target']));
    expect(prefetched).not.toContain('/cart');
    await convert(page);
    await expectCounted(visitorId, ['goal newsletter-signup ()']);

    // The same links count when they are followed.
    for (const name of ['default', 'true', 'false']) {
      await page.getByRole('link', { name }).click();
      await page.locator('[data-variation]:visible').waitFor();
      await page.goBack();
      await expect(page.getByRole('link', { name })).toBeVisible();
    }
    await expectCounted(visitorId, [
      'goal newsletter-signup ()',
      'pricing-page: monthly-first',
      'product-gallery: stacked',
      'shipping-threshold: threshold-50',
    ]);
  });
});

test.describe('counting while rendering is noticed', () => {
  test('when a page is loaded twice', async ({ page }) => {
    const visitorId = await visit(page, { 'pricing-page': 'monthly-first' });
    await page.goto(`${FIXTURE_APP}/pricing/counts-while-rendering`);
    await page.reload();
    await convert(page);
    await expect.poll(() => eventsOf(visitorId)).toContain('goal newsletter-signup ()');
    const exposures = (await eventsOf(visitorId)).filter((event) => event === 'pricing-page: monthly-first');
    expect(exposures.length).toBeGreaterThan(1);
  });

  test('when a page is only linked to', async ({ page }) => {
    const visitorId = await visit(page, { 'pricing-page': 'monthly-first' });
    await open(page, `${FIXTURE_APP}/links/counted`);
    await page.waitForLoadState('networkidle');
    await convert(page);
    await expect.poll(() => eventsOf(visitorId)).toContain('goal newsletter-signup ()');
    expect(await eventsOf(visitorId)).toContain('pricing-page: monthly-first');
  });

  test('when a component suspends and never commits', async ({ page }) => {
    const visitorId = await visit(page, { 'pricing-page': 'monthly-first' });
    await open(page, `${FIXTURE_APP}/pricing/suspends#wrong`);
    await toggle(page, 1);
    await convert(page);
    await expectCounted(visitorId, [
      'pricing-page: monthly-first',
      'goal newsletter-signup (pricing-page: monthly-first)',
    ]);
  });
});

const PLAN_OF_ANNUAL_FIRST = 'goal plan-selected (customDimension1 summit · pricing-page: annual-first)';

/** The relay would take an exposure that it knows without counting it again. Browsers do not even send it. */
function expectNothingSentTwice(): void {
  let sent: string[] = [];
  test.beforeEach(({ context }) => {
    sent = [];
    context.on('request', (request) => {
      if (!request.url().endsWith('/api/convert/events')) return;
      const { events }: { events: { type: string; experienceId?: string }[] } = request.postDataJSON();
      sent.push(...events.flatMap(({ type, experienceId }) => (type === 'exposure' && experienceId) || []));
    });
  });
  test.afterEach(() => expect(sent).toEqual([...new Set(sent)]));
}

async function visit(page: Page, variations: Parameters<typeof newVisitor>[0]): Promise<string> {
  const visitorId = newVisitor(variations);
  await visitAs(page.context(), visitorId);
  return visitorId;
}

const choosePlan = (page: Page) => page.getByTestId('choose-summit').click();

async function convert(page: Page): Promise<void> {
  await hydrated(page);
  await page.getByTestId('convert').click();
}

async function toggle(page: Page, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) await page.getByTestId('toggle').click();
}

/** A page with React's development build: the production one runs effects once in StrictMode too. */
async function strictModeScript(): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      loader: 'tsx',
      resolveDir: fileURLToPath(new URL('../fixture-app', import.meta.url)),
      contents: `
        import { ConvertProvider } from '@convert-fullstack/react';
        import { StrictMode, useEffect } from 'react';
        import { createRoot } from 'react-dom/client';
        import { Convert } from './app/convert-button';
        import { Shown } from './app/shown';

        function CountEffects() {
          useEffect(() => { document.body.dataset.effects = Number(document.body.dataset.effects ?? 0) + 1; }, []);
          return null;
        }

        const payload = await (await fetch('/api/convert/payload?url=/pricing')).json();
        createRoot(document.querySelector('div')).render(
          <StrictMode>
            <ConvertProvider payload={payload}><Shown of="pricing-page" /><Convert /><CountEffects /></ConvertProvider>
          </StrictMode>,
        );
      `,
    },
    bundle: true,
    format: 'esm',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"development"' },
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}
