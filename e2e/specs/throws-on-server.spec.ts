import { expect, type Page, test } from '@playwright/test';
import { RENDERING } from '../support/addresses.ts';
import { browserFetch } from '../support/browser-fetch.ts';
import { expectCounted } from '../support/collector.ts';
import { open } from '../support/hydrated.ts';
import { sampleVariations, shownIn } from '../support/sampler.ts';
import { errorsOf } from '../support/variation-errors.ts';
import { newVisitor, visitAs } from '../support/visitors.ts';

// The variation throws while Next.js renders the whole page, ahead of time or in the Pages Router: what is streamed is in
// experience-component.spec.ts.

const STATIC_PAGE = `${RENDERING}/products/failing`;
const PAGES_ROUTER = `${RENDERING}/products/legacy-failing`;

const errors = () => errorsOf(RENDERING, 'seasonal-badges', 'badge');

async function visit(page: Page): Promise<string> {
  const visitorId = newVisitor({ 'seasonal-badges': 'badge' });
  await visitAs(page.context(), visitorId);
  return visitorId;
}

/** Converts on another page, so that an exposure would have arrived before. */
async function expectUnexposed(page: Page, visitorId: string): Promise<void> {
  await open(page, `${RENDERING}/products/dynamic`);
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await expectCounted(visitorId, ['goal add-to-cart ()']);
}

const expectOriginal = (page: Page) => expect(page.getByTestId('badges')).toHaveAttribute('data-variation', 'no-badge');

test('a static page gets to the original in the browser, reports an error and no exposure, and has it in its next HTML', async ({
  page,
}) => {
  const visitorId = await visit(page);
  const before = await errors();
  expect((await page.goto(STATIC_PAGE))?.status()).toBe(500);
  await expectOriginal(page);
  await expect.poll(errors).toBe(before + 1);

  expect((await page.goto(STATIC_PAGE))?.status()).toBe(200);
  await expectOriginal(page);
  await expectUnexposed(page, visitorId);
  expect(await errors()).toBe(before + 1);
});

test('a static page that failed is not kept, and the one of the original comes from the cache', async () => {
  const answerFor = (variation: string) =>
    browserFetch(STATIC_PAGE, { headers: { cookie: `cv_vid=${newVisitor({ 'seasonal-badges': variation })}` } });
  await answerFor('no-badge');
  const original = await answerFor('no-badge');
  expect(original.headers.get('x-nextjs-cache')).toBe('HIT');
  expect(await original.text()).toContain(' data-variation="no-badge"');
  const failed = await answerFor('badge');
  expect(failed.headers.get('cache-control')).toContain('no-store');
  expect(await failed.text()).not.toContain(' data-variation=');
});

test('in the Pages Router the fallback around it is in the first HTML; an error is reported and no exposure', async ({
  page,
}) => {
  const visitorId = await visit(page);
  await sampleVariations(page);
  const before = await errors();
  const response = await page.goto(PAGES_ROUTER);
  expect(response?.status()).toBe(200);
  expect(await response?.text()).toContain(' data-variation="no-badge"');
  await expect.poll(errors).toBe(before + 1);
  expect((await shownIn(page, 'badges')).variations).toEqual(['no-badge']);
  await expectUnexposed(page, visitorId);
  expect(await errors()).toBe(before + 1);
});
