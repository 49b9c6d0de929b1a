import { expect, type Page, type Route, test } from '@playwright/test';
import { RENDERING } from '../support/addresses.ts';
import { eventsOf, expectCounted } from '../support/collector.ts';
import { collectErrors } from '../support/page-errors.ts';
import { waitForEver } from '../support/patience.ts';
import { sampleVariations, shownIn } from '../support/sampler.ts';
import { newVisitor, visitAs } from '../support/visitors.ts';

const SERVER_PAGE = '/pricing/navigate';
const CLIENT_PAGE = '/pricing/client-page';
const LINKS: Record<string, string> = {
  [SERVER_PAGE]: 'Plans, rendered on the server',
  [CLIENT_PAGE]: 'Plans, rendered in the browser',
};

async function visitor(page: Page): Promise<string> {
  const visitorId = newVisitor({ 'pricing-page': 'annual-first' });
  await visitAs(page.context(), visitorId);
  return visitorId;
}

function watch(page: Page) {
  const documents: string[] = [];
  const payloads: string[] = [];
  page.on('request', (request) => {
    const { pathname, searchParams } = new URL(request.url());
    if (request.isNavigationRequest()) documents.push(pathname);
    if (pathname === '/api/convert/payload') payloads.push(searchParams.get('url') ?? '');
  });
  return { documents, payloads };
}

/** Follows a link without waiting for what comes. */
async function follow(page: Page, path: string): Promise<void> {
  await page.getByRole('link', { name: LINKS[path] ?? 'Back' }).click();
  await page.waitForURL(RENDERING + path);
}

async function expectPlans(page: Page, variation: string): Promise<void> {
  await expect(page.getByTestId('plans').and(page.locator(':visible'))).toHaveAttribute('data-variation', variation, {
    timeout: 20_000,
  });
}

/** What the relay is asked is held until the test lets it go. */
function holdPayload(page: Page): Promise<Route> {
  return new Promise((resolve) => page.route('**/api/convert/payload?*', resolve));
}

for (const path of [SERVER_PAGE, CLIENT_PAGE]) {
  test(`${path} is decided for its own address on soft navigation, is never seen otherwise, and counts once`, async ({
    page,
  }) => {
    const visitorId = await visitor(page);
    const errors = collectErrors(page);
    const { documents, payloads } = watch(page);
    await sampleVariations(page, { onlyVisible: true });
    await waitForEver(page);
    await page.goto(`${RENDERING}/navigation`);
    for (const visit of [1, 2]) {
      await follow(page, path);
      await expectPlans(page, 'annual-first');
      const { variations, texts } = await shownIn(page, 'plans');
      expect(variations, `visit ${visit}`).toEqual(['annual-first']);
      expect(texts.every((text) => !text.includes('a month'))).toBe(true);
      await page.getByRole('link', { name: 'Back' }).click();
      await page.waitForURL(`${RENDERING}/navigation`);
    }
    await expectCounted(visitorId, ['pricing-page: annual-first']);
    expect(payloads).toEqual(path === CLIENT_PAGE ? [CLIENT_PAGE] : []);
    expect(documents).toEqual(['/navigation']);
    expect(errors).toEqual([]);
  });
}

test('while the relay decides, the original keeps its place: unseen, out of reach and not counted', async ({
  page,
}) => {
  const visitorId = await visitor(page);
  const held = holdPayload(page);
  await waitForEver(page);
  await page.goto(`${RENDERING}/navigation`);
  await follow(page, CLIENT_PAGE);
  const route = await held;

  const plans = page.getByTestId('plans');
  await expect(plans).toHaveAttribute('data-variation', 'none');
  await expect(plans).toBeHidden();
  const reserved = await plans.boundingBox();
  expect(reserved?.height).toBeGreaterThan(0);
  expect(await page.getByRole('button', { name: 'Choose' }).count()).toBe(0);
  expect(await eventsOf(visitorId)).toEqual([]);

  await route.continue();
  await expectPlans(page, 'annual-first');
  expect(await plans.boundingBox()).toEqual(reserved);
  await expectCounted(visitorId, ['pricing-page: annual-first']);
});

for (const [name, fail] of Object.entries<(route: Route) => Promise<void>>({
  'does not answer': async () => {},
  'answers with an error': (route) => route.fulfill({ status: 503 }),
  'cannot be reached': (route) => route.abort(),
})) {
  test(`when the relay ${name} the original is shown in time and stays`, async ({ page }) => {
    const visitorId = await visitor(page);
    const held = holdPayload(page);
    await sampleVariations(page, { onlyVisible: true });
    await page.goto(`${RENDERING}/navigation`);
    await follow(page, CLIENT_PAGE);
    const route = await held;
    await fail(route);
    await expectPlans(page, 'none');
    // Too late.
    if (name === 'does not answer') {
      const answered = page.waitForResponse('**/api/convert/payload?*');
      await route.continue();
      await answered;
    }
    await page.getByRole('button', { name: 'Choose' }).click();
    // It was sent later than an exposure would have been.
    await expect
      .poll(() => eventsOf(visitorId), { timeout: 15_000 })
      .toEqual([expect.stringMatching(/^goal plan-selected/)]);
    expect((await shownIn(page, 'plans')).variations).toEqual(['none']);
  });
}

test('control: the sampler sees the original that keeps the place when it looks at what is hidden, too', async ({
  page,
}) => {
  await visitor(page);
  await sampleVariations(page);
  await waitForEver(page);
  await page.goto(`${RENDERING}/navigation`);
  await follow(page, CLIENT_PAGE);
  await expectPlans(page, 'annual-first');
  const { variations, hiddenFrames } = await shownIn(page, 'plans');
  expect(variations).toEqual(['none', 'annual-first']);
  expect(hiddenFrames).toBeGreaterThan(0);
});
