import { expect, type Page, test } from '@playwright/test';
import { arrive } from '../support/arrive.ts';
import { browserFetch } from '../support/browser-fetch.ts';
import { expectCounted } from '../support/collector.ts';
import { collectErrors } from '../support/page-errors.ts';
import { waitForEver } from '../support/patience.ts';
import { RENDERING_MODES, type RenderingMode } from '../support/rendering-modes.ts';
import type { RenderingFact } from '../support/rendering-table.ts';
import { expectOnly, sampleVariations, shownIn } from '../support/sampler.ts';
import { slowNetwork } from '../support/slow-network.ts';
import { newVisitor, visitAs } from '../support/visitors.ts';

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
  nothing: { hasFallback: [false], html: 'the variation', flicker: 'one variation', withoutScripts: 'the variation' },
  maybe: {
    hasFallback: [false, true],
    html: 'the variation, or a fallback before it',
    flicker: 'one variation, or a fallback before it',
    withoutScripts: 'the variation or the fallback',
  },
  fallback: {
    hasFallback: [true],
    html: 'fallback, then the variation',
    flicker: 'fallback, then one variation',
    withoutScripts: 'the fallback',
  },
  reserved: {
    hasFallback: [false],
    html: 'the variation',
    flicker: 'nothing in its place, then one variation',
    withoutScripts: 'the variation',
  },
  placeholder: {
    hasFallback: [true],
    html: 'the placeholder',
    flicker: 'placeholder, then one variation',
    withoutScripts: 'the placeholder',
  },
};

/** The heading is part of the variation, and of the fallback. */
const hasFallbackFirst = (html: string) => {
  const variation = html.indexOf(' data-variation=');
  return variation < 0 || html.indexOf('<h1') < variation;
};

/** The page shows one variation all the time, and nothing but a fallback before. */
async function expectNoFlicker(page: Page, { before, subject }: RenderingMode, variation: string): Promise<void> {
  if (before === 'nothing' || before === 'reserved') await expectOnly(page, subject.testId, variation);
  expect((await shownIn(page, subject.testId)).variations).toEqual([variation]);
}

for (const mode of RENDERING_MODES) {
  const expected = EXPECTED[mode.before];
  const { subject } = mode;
  const variations = Object.keys(subject.variations);
  const isDecidedByServer = mode.before !== 'placeholder';

  test.describe(mode.name, () => {
    test('sends each visitor their own variation in the first answer, and no other', async () => {
      for (const variation of variations) {
        const html = await htmlFor(newVisitor({ [subject.experience]: variation }), mode);
        expect(variationsIn(html)).toEqual(isDecidedByServer ? [variation] : []);
        expect(html).toContain(`<h1>${subject.heading}</h1>`);
        expect(expected.hasFallback).toContain(hasFallbackFirst(html));
      }
      note(mode, 'first HTML', expected.html);
    });

    for (const [at, variation] of variations.entries()) {
      // The original looks like what could flash up before it.
      const isSlow = at > 0;
      const device = isSlow ? 'a slow device and network' : 'a slow device';
      test(`shows only ${variation} on ${device}, hydrates, and counts once`, async ({ page }) => {
        const visitorId = newVisitor({ [subject.experience]: variation });
        await visitAs(page.context(), visitorId);
        await sampleVariations(page, { onlyVisible: mode.before === 'reserved' });
        if (isSlow) await slowNetwork(page);
        await waitForEver(page);
        const errors = collectErrors(page);
        await arrive(page, mode);
        const exposure = `${subject.experience}: ${variation}`;
        await expectCounted(visitorId, [exposure]);
        await page.getByRole('button', { name: subject.button }).click();
        await expectCounted(visitorId, [exposure, `goal ${subject.goal} (${exposure})`]);
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
        for (const variation of variations) {
          await visitAs(page.context(), newVisitor({ [subject.experience]: variation }));
          await page.goto(mode.url);
          const element = page.getByTestId(subject.testId);
          if (isDecidedByServer) await expect(element).toHaveAttribute('data-variation', variation);
          expect(expected.hasFallback).toContain(await element.isHidden());
          await expect(page.locator('h1:visible')).toHaveText(subject.heading);
        }
        note(mode, 'without JavaScript', expected.withoutScripts);
      });
    });
  });
}

test('these checks notice the page of somebody else, and a page that is behind a fallback', async () => {
  const [whole, behind] = [modeWith('nothing'), modeWith('fallback')];
  const html = await htmlFor(newVisitor({ 'seasonal-badges': 'badge' }), whole);
  expect(variationsIn(html)).not.toEqual(['no-badge']);
  expect(hasFallbackFirst(html)).toBe(false);
  expect(hasFallbackFirst(await htmlFor(newVisitor(), behind))).toBe(true);
});

function modeWith(before: RenderingMode['before']): RenderingMode {
  const mode = RENDERING_MODES.find((one) => one.before === before);
  if (!mode) throw new Error(`No mode has ${before} before its variation.`);
  return mode;
}
