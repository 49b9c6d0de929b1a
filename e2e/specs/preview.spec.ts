import { type Browser, expect, type Page, test } from '@playwright/test';
import { FIXTURE_APP, RENDERING, STOREFRONT } from '../support/addresses.ts';
import { arrive } from '../support/arrive.ts';
import { browserFetch } from '../support/browser-fetch.ts';
import { eventsOf, expectCounted } from '../support/collector.ts';
import { hydrated, open } from '../support/hydrated.ts';
import { collectErrors } from '../support/page-errors.ts';
import { waitForEver } from '../support/patience.ts';
import { RENDERING_MODES } from '../support/rendering-modes.ts';
import { expectOnly, sampleVariations, shownIn } from '../support/sampler.ts';
import { variationIn } from '../support/storefront-pages.ts';
import { newVisitor, type Variations, visitAs } from '../support/visitors.ts';

const SILENT_LOOP = '3009860001.3009870003';
const TRAIL_STORY = '3009860001.3009870002';
const ANNUAL_FIRST = '3009860002.3009870005';
const WISHLIST_DRAFT = '3009860012.3009870025';

/** Nothing that is previewed below is theirs. */
const OWN = { 'home-hero': 'original', 'pricing-page': 'monthly-first' } as const;

test.describe('a preview link', () => {
  test('shows its variation in the first HTML and on every page after it, and nothing is counted', async ({
    page,
    browser,
  }) => {
    const visitorId = await visit(page);
    const errors = collectErrors(page);
    await sampleVariations(page);
    await open(page, `/?convert_preview=${SILENT_LOOP}`);
    await expectOnly(page, 'hero', 'silent-loop');
    await page.getByTestId('hero-cta').click();
    // A document, soft navigation, and back.
    await open(page, '/');
    await expectOnly(page, 'hero', 'silent-loop');
    await page.getByRole('link', { name: 'Membership' }).click();
    await expect(page.getByTestId('pricing')).toBeVisible();
    await page.getByTestId('choose-summit').click();
    await page.goBack();
    await expect(page.getByTestId('hero')).toBeVisible();
    expect((await shownIn(page, 'hero')).variations).toEqual(['silent-loop']);
    expect((await shownIn(page, 'pricing')).variations).toEqual(['monthly-first']);
    expect(errors).toEqual([]);

    // An ordinary visitor beside it, and the same one after leaving: those are counted.
    await beside(browser, async (other, otherId) => {
      await open(other, '/');
      await expectCounted(otherId, ['home-hero: original']);
    });
    await leave(page);
    await expect(page.getByTestId('hero')).toHaveAttribute('data-variation', 'original');
    await expectCounted(visitorId, ['home-hero: original']);
  });

  test('works in streamed pages, on soft navigation and in server actions', async ({ page }) => {
    const visitorId = await visit(page);
    await sampleVariations(page);
    await open(page, `${FIXTURE_APP}/?convert_preview=${SILENT_LOOP}&convert_preview=${ANNUAL_FIRST}`);
    expect((await shownIn(page, 'home-hero')).variations).toEqual(['silent-loop']);
    await page.getByRole('link', { name: 'Pricing' }).click();
    await expect(page.getByTestId('pricing-page')).toBeVisible();
    expect((await shownIn(page, 'pricing-page')).variations).toEqual(['annual-first']);
    await page.getByTestId('convert').click();
    await open(page, `${FIXTURE_APP}/pricing/consent`);
    await page.getByTestId('order').click();
    await expect(page.getByTestId('order-status')).toHaveText('preview');

    await leave(page);
    await expect(page.getByTestId('pricing-page')).toHaveText('monthly-first');
    // A conversion on the server is credited to what has arrived by then.
    await expectCounted(visitorId, ['pricing-page: monthly-first']);
    await page.getByTestId('order').click();
    await expect(page.getByTestId('order-status')).toHaveText('queued');
    await expectCounted(visitorId, ['pricing-page: monthly-first', 'goal purchase (pricing-page: monthly-first)']);
  });

  test('is honoured by pages that the proxy leaves out, by decisions for navigation, and by the relay', async ({
    page,
  }) => {
    const visitorId = await visit(page);
    await open(page, `${FIXTURE_APP}/?convert_preview=${ANNUAL_FIRST}`);
    await page.goto(`${FIXTURE_APP}/unmatched`);
    await expect(page.locator('pre')).toContainText('pricing-page=annual-first');
    const [payload, receipt] = await page.evaluate(async () => {
      const decided = await fetch('/api/convert/payload?url=/pricing');
      const headers = { 'content-type': 'application/json' };
      const events = [{ type: 'conversion', goalKey: 'newsletter-signup' }];
      const reported = await fetch('/api/convert/events', {
        method: 'POST',
        headers,
        body: JSON.stringify({ events }),
      });
      return [await decided.json(), await reported.json()];
    });
    expect(payload).toMatchObject({ preview: true, previewed: [{ variationKey: 'annual-first' }] });
    expect(receipt).toEqual({ accepted: 0, rejected: [{ index: 0, reason: 'preview' }] });
    expect(await eventsOf(visitorId)).toEqual([]);
  });

  test('shows a draft that no visitor can be in', async () => {
    const html = await htmlOf(`${FIXTURE_APP}/pricing/payload`, `cv_preview=${WISHLIST_DRAFT}`);
    expect(html).toContain('wishlist-redesign=boards');
    expect(await htmlOf(`${FIXTURE_APP}/pricing/payload`)).not.toContain('wishlist-redesign');
  });

  test('shows its variation to those who are not counted at all', async () => {
    const asBot = { 'user-agent': 'Googlebot/2.1' };
    for (const [cookie, headers] of [
      ['consent=denied', {}],
      ['consent=pending', {}],
      ['', asBot],
    ] as const) {
      const answer = await browserFetch(`${FIXTURE_APP}/pricing/blocking?convert_preview=${ANNUAL_FIRST}`, {
        headers: { cookie, ...headers },
      });
      expect(variationIn(await answer.text(), 'pricing-page')).toBe('annual-first');
      expect(answer.headers.getSetCookie()).toEqual([`cv_preview=${ANNUAL_FIRST}; Path=/; SameSite=Lax`]);
      expect(answer.headers.get('x-robots-tag')).toBe('noindex');
      expect(answer.headers.get('cache-control')).toBe('private, no-store');
    }
  });

  test.describe('without JavaScript', () => {
    test.use({ javaScriptEnabled: false });

    test('shows its variation, says so, and can be left', async ({ page }) => {
      await visit(page);
      await page.goto(`/?convert_preview=${SILENT_LOOP}`);
      await expect(page.getByTestId('hero')).toHaveAttribute('data-variation', 'silent-loop');
      await page.goto('/');
      await expect(page.getByTestId('hero')).toHaveAttribute('data-variation', 'silent-loop');
      await expect(badge(page)).toContainText('home-hero = silent-loop');
      await badge(page).getByRole('link').click();
      await expect(page.getByTestId('hero')).toHaveAttribute('data-variation', 'original');
      await expect(badge(page)).toHaveCount(0);
      expect(page.url()).toBe(`${STOREFRONT}/`);
    });
  });
});

test.describe('previews', () => {
  test('of different experiences add up, and the newest of an experience wins', async ({ page }) => {
    await visit(page);
    await open(page, `/?convert_preview=${SILENT_LOOP}`);
    await open(page, `/pricing?convert_preview=${ANNUAL_FIRST}`);
    await open(page, `/?convert_preview=${TRAIL_STORY}`);
    await expect(page.getByTestId('hero')).toHaveAttribute('data-variation', 'trail-story');
    await open(page, '/pricing');
    await expect(page.getByTestId('pricing')).toHaveAttribute('data-variation', 'annual-first');
    await expect(badge(page)).toContainText('home-hero = trail-story, pricing-page = annual-first');
  });

  test('end with the browsing session', async ({ page }) => {
    await open(page, `/?convert_preview=${SILENT_LOOP}`);
    const cookie = (await page.context().cookies()).find(({ name }) => name === 'cv_preview');
    expect(cookie).toMatchObject({ expires: -1, httpOnly: false, sameSite: 'Lax', path: '/', secure: false });
  });

  test('of what does not exist are ignored, and not remembered', async () => {
    for (const value of [
      '1.2',
      '3009860001.1',
      '<script>alert(1)</script>',
      '1.2%0d%0aset-cookie:%20a=b',
      '9'.repeat(4_000),
      '',
    ]) {
      const cookie = `cv_vid=${newVisitor(OWN)}`;
      const answer = await browserFetch(`${STOREFRONT}/?convert_preview=${value}`, { headers: { cookie } });
      const html = await answer.text();
      expect([answer.status, answer.headers.getSetCookie()]).toEqual([200, []]);
      expect(variationIn(html, 'hero')).toBe('original');
      expect(html).not.toContain('aria-label="Preview"');
    }
  });
});

for (const mode of RENDERING_MODES) {
  const { experience, experienceId, variations, testId, button } = mode.subject;
  const [own = '', previewed = ''] = Object.keys(variations);

  test(`${mode.name}: a preview link shows its variation, also on the next page, and nothing counts until it is left`, async ({
    page,
  }) => {
    const visitorId = newVisitor({ [experience]: own });
    await visitAs(page.context(), visitorId);
    await waitForEver(page);
    const errors = collectErrors(page);
    const element = page.getByTestId(testId).and(page.locator(':visible'));
    for (const query of [`?convert_preview=${experienceId}.${variations[previewed]}`, '']) {
      await arrive(page, mode, query);
      await expect(element).toHaveAttribute('data-variation', previewed);
      await expect(badge(page)).toContainText(`${experience} = ${previewed}`);
      await page.getByRole('button', { name: button }).click();
    }
    await leave(page);
    expect(page.url()).toBe(mode.url);
    await expect(element).toHaveAttribute('data-variation', own);
    await expectCounted(visitorId, [`${experience}: ${own}`]);
    expect(errors).toEqual([]);
  });
}

test.describe('a static page without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('shows the preview without a badge, and is left by its address', async ({ page }) => {
    await visit(page, { 'seasonal-badges': 'no-badge' });
    const url = `${RENDERING}/products/static`;
    for (const query of ['?convert_preview=3009860011.3009870023', '']) {
      await page.goto(url + query);
      await expect(page.getByTestId('badges')).toHaveAttribute('data-variation', 'badge');
      await expect(badge(page)).toHaveCount(0);
    }
    await page.goto(`${url}?convert_preview=off`);
    expect(page.url()).toBe(url);
    await expect(page.getByTestId('badges')).toHaveAttribute('data-variation', 'no-badge');
  });
});

test.describe('the badge', () => {
  test('moves nothing, is there for nobody else, and leaves to the page it is on', async ({ page, browser }) => {
    await visit(page);
    await open(page, `${RENDERING}/products/components?sort=price&convert_preview=3009860011.3009870023`);
    await expect(badge(page)).toContainText('seasonal-badges = badge');
    const withBadge = await page.getByTestId('badges').boundingBox();
    await leave(page);
    expect(page.url()).toBe(`${RENDERING}/products/components?sort=price`);
    const without = await page.getByTestId('badges').boundingBox();
    expect([without?.x, without?.y]).toEqual([withBadge?.x, withBadge?.y]);
    await beside(browser, async (other) => {
      await open(other, `${RENDERING}/products/components`);
      await expect(badge(other)).toHaveCount(0);
    });
  });
});

async function visit(page: Page, own: Variations = OWN): Promise<string> {
  const visitorId = newVisitor(own);
  await visitAs(page.context(), visitorId);
  return visitorId;
}

/** Somebody else, at the same time. */
async function beside(browser: Browser, act: (page: Page, visitorId: string) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ baseURL: STOREFRONT });
  const page = await context.newPage();
  await act(page, await visit(page));
  await context.close();
}

const badge = (page: Page) => page.getByRole('complementary', { name: 'Preview' });

async function leave(page: Page): Promise<void> {
  await badge(page).getByRole('link', { name: 'Leave preview' }).click();
  await page.waitForURL((url) => !url.searchParams.has('convert_preview'));
  await expect(badge(page)).toHaveCount(0);
  await hydrated(page);
}

async function htmlOf(url: string, cookie = ''): Promise<string> {
  return (await browserFetch(url, { headers: { cookie: `cv_vid=${newVisitor(OWN)}; ${cookie}` } })).text();
}
