import { expect, type Page, test } from '@playwright/test';
import { browserFetch } from '../support/browser-fetch.ts';
import { expectCounted } from '../support/collector.ts';
import { hydrated } from '../support/hydrated.ts';
import { collectErrors } from '../support/page-errors.ts';
import { RENDERING_MODES, type RenderingMode } from '../support/rendering-modes.ts';
import type { RenderingFact } from '../support/rendering-table.ts';
import { expectOnly, sampleVariations, shownIn } from '../support/sampler.ts';
import { slowNetwork } from '../support/slow-network.ts';
import { newVisitor, visitAs } from '../support/visitors.ts';

const VARIATIONS = ['no-badge', 'badge'] as const;

// Each test brings its own visitors, and most of the time is the slow device's.
test.describe.configure({ mode: 'parallel', timeout: 60_000 });

/** Goes into docs/rendering.md. */
function note({ name }: RenderingMode, column: RenderingFact['column'], seen: string): void {
  const fact: RenderingFact = { mode: name, column, seen };
  test.info().annotations.push({ type: 'rendering', description: JSON.stringify(fact) });
}

async function htmlFor(visitorId: string, { url }: RenderingMode): Promise<string> {
  const response = await browserFetch(url, { headers: { cookie: `cv_vid=${visitorId}` } });
  expect(response.status).toBe(200);
  return response.text();
}

const variationsIn = (html: string) =>
  [...html.matchAll(/ data-variation="([^"]*)"/g)].map(([, variation]) => variation);

/** The heading is part of the variation, and of the fallback. */
const hasFallbackFirst = (html: string) => html.indexOf('<h1') < html.indexOf(' data-variation=');

/** The page shows one variation all the time; where it is streamed, also a fallback before. */
async function expectNoFlicker(page: Page, { isStreamed }: RenderingMode, variation: string): Promise<string> {
  if (!isStreamed) {
    await expectOnly(page, 'badges', variation);
    return 'one variation';
  }
  expect((await shownIn(page, 'badges')).variations).toEqual([variation]);
  return 'fallback, then one variation';
}

for (const mode of RENDERING_MODES) {
  test.describe(mode.name, () => {
    test('sends each visitor their own variation in the first answer, and no other', async () => {
      for (const variation of VARIATIONS) {
        const html = await htmlFor(newVisitor({ 'seasonal-badges': variation }), mode);
        expect(variationsIn(html)).toEqual([variation]);
        expect(hasFallbackFirst(html)).toBe(mode.isStreamed);
      }
      note(mode, 'first HTML', mode.isStreamed ? 'fallback, then the variation' : 'the variation');
    });

    for (const variation of VARIATIONS) {
      test(`shows only ${variation} on a slow device and network, hydrates, and counts once`, async ({ page }) => {
        const visitorId = newVisitor({ 'seasonal-badges': variation });
        await visitAs(page.context(), visitorId);
        await sampleVariations(page);
        await slowNetwork(page);
        const errors = collectErrors(page);
        // Not until it has loaded: what links prefetch meanwhile takes long on such a network.
        await page.goto(mode.url, { waitUntil: 'commit' });
        await hydrated(page);
        const exposure = `seasonal-badges: ${variation}`;
        await expectCounted(visitorId, [exposure]);
        await page.getByRole('button', { name: 'Add to cart' }).click();
        await expectCounted(visitorId, [exposure, `goal add-to-cart (${exposure})`]);
        note(mode, 'counted', 'one exposure, one conversion');
        note(mode, 'flicker', await expectNoFlicker(page, mode, variation));
        expect(page.url()).toBe(mode.url);
        expect(errors).toEqual([]);
        note(mode, 'hydration', 'no errors');
      });
    }

    test.describe('without JavaScript', () => {
      test.use({ javaScriptEnabled: false });

      test(`shows ${mode.isStreamed ? 'the fallback' : 'the variation'}`, async ({ page }) => {
        for (const variation of VARIATIONS) {
          await visitAs(page.context(), newVisitor({ 'seasonal-badges': variation }));
          await page.goto(mode.url);
          const badges = page.getByTestId('badges');
          await expect(badges).toHaveAttribute('data-variation', variation);
          await expect(badges).toBeVisible({ visible: !mode.isStreamed });
          await expect(page.locator('h1:visible')).toHaveText('Tarn Tent');
        }
        note(mode, 'without JavaScript', mode.isStreamed ? 'fallback' : 'the variation');
      });
    });
  });
}

test('these checks notice the page of somebody else, and a page that is behind a fallback', async () => {
  const [dynamic, streaming] = RENDERING_MODES;
  if (!dynamic || !streaming) throw new Error('There are no modes.');
  const html = await htmlFor(newVisitor({ 'seasonal-badges': 'badge' }), dynamic);
  expect(variationsIn(html)).not.toEqual(['no-badge']);
  expect(hasFallbackFirst(await htmlFor(newVisitor(), streaming))).not.toBe(hasFallbackFirst(html));
});
