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

/** Whether there is a fallback, as it may be; and in words. */
const EXPECTED = {
  never: { hasFallback: [false], html: 'the variation', flicker: 'one variation', withoutScripts: 'the variation' },
  maybe: {
    hasFallback: [false, true],
    html: 'the variation, or a fallback before it',
    flicker: 'one variation, or a fallback before it',
    withoutScripts: 'the variation or the fallback',
  },
  always: {
    hasFallback: [true],
    html: 'fallback, then the variation',
    flicker: 'fallback, then one variation',
    withoutScripts: 'the fallback',
  },
};

/** The heading is part of the variation, and of the fallback. */
const hasFallbackFirst = (html: string) => html.indexOf('<h1') < html.indexOf(' data-variation=');

/** The page shows one variation all the time, and nothing but a fallback before. */
async function expectNoFlicker(page: Page, { fallback }: RenderingMode, variation: string): Promise<void> {
  if (fallback === 'never') await expectOnly(page, 'badges', variation);
  expect((await shownIn(page, 'badges')).variations).toEqual([variation]);
}

for (const mode of RENDERING_MODES) {
  const expected = EXPECTED[mode.fallback];

  test.describe(mode.name, () => {
    test('sends each visitor their own variation in the first answer, and no other', async () => {
      for (const variation of VARIATIONS) {
        const html = await htmlFor(newVisitor({ 'seasonal-badges': variation }), mode);
        expect(variationsIn(html)).toEqual([variation]);
        expect(expected.hasFallback).toContain(hasFallbackFirst(html));
      }
      note(mode, 'first HTML', expected.html);
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
        await expectNoFlicker(page, mode, variation);
        note(mode, 'flicker', expected.flicker);
        expect(page.url()).toBe(mode.url);
        expect(errors).toEqual([]);
        note(mode, 'hydration', 'no errors');
      });
    }

    test.describe('without JavaScript', () => {
      test.use({ javaScriptEnabled: false });

      test(`shows ${expected.withoutScripts}`, async ({ page }) => {
        for (const variation of VARIATIONS) {
          await visitAs(page.context(), newVisitor({ 'seasonal-badges': variation }));
          await page.goto(mode.url);
          const badges = page.getByTestId('badges');
          await expect(badges).toHaveAttribute('data-variation', variation);
          expect(expected.hasFallback).toContain(await badges.isHidden());
          await expect(page.locator('h1:visible')).toHaveText('Tarn Tent');
        }
        note(mode, 'without JavaScript', expected.withoutScripts);
      });
    });
  });
}

test('these checks notice the page of somebody else, and a page that is behind a fallback', async () => {
  const [whole, behind] = [modeWith('never'), modeWith('always')];
  const html = await htmlFor(newVisitor({ 'seasonal-badges': 'badge' }), whole);
  expect(variationsIn(html)).not.toEqual(['no-badge']);
  expect(hasFallbackFirst(html)).toBe(false);
  expect(hasFallbackFirst(await htmlFor(newVisitor(), behind))).toBe(true);
});

function modeWith(fallback: RenderingMode['fallback']): RenderingMode {
  const mode = RENDERING_MODES.find((one) => one.fallback === fallback);
  if (!mode) throw new Error(`No mode has a fallback ${fallback}.`);
  return mode;
}
