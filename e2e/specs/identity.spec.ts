import { expect, type Page, test } from '@playwright/test';
import { EMULATOR, FIXTURE_APP, STOREFRONT } from '../support/addresses.ts';
import { browserFetch } from '../support/browser-fetch.ts';
import { eventsOf, expectCounted } from '../support/collector.ts';
import { hydrated, open } from '../support/hydrated.ts';
import { startRecorder } from '../support/recorder.ts';
import { type RunningApp, startApp } from '../support/servers.ts';
import { variationIn } from '../support/storefront-pages.ts';
import { tracesOf } from '../support/traces.ts';
import { newVisitor, variationOf, visitAs } from '../support/visitors.ts';

// Many pages a test, and servers of their own.
test.describe.configure({ timeout: 60_000 });

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const BOTS = {
  Googlebot:
    'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Googlebot/2.1; +http://www.google.com/bot.html) Chrome/141.0.0.0 Safari/537.36',
  'a headless browser':
    'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/141.0.0.0 Safari/537.36',
};

test.describe('nobody is looking', () => {
  for (const [name, userAgent] of Object.entries(BOTS)) {
    test(`${name} is shown the original and leaves no trace, with scripts or without`, async ({ browser }) => {
      const answer = await browserFetch(STOREFRONT, { headers: { 'user-agent': userAgent } });
      expect(answer.headers.getSetCookie()).toEqual([]);
      expect(variationIn(await answer.text(), 'hero')).toBe('none');

      const recorder = await startRecorder(FIXTURE_APP);
      const context = await browser.newContext({ userAgent });
      const page = await context.newPage();
      await open(page, `${recorder.url}/pricing/target`);
      await expect(page.getByTestId('pricing-page')).toHaveText('none');
      await page.getByTestId('convert').click();
      await page.reload();
      await hydrated(page);
      expect(await tracesOf(page, recorder)).toEqual([]);
      await context.close();
      await recorder.close();
    });
  }

  test('a request for the head alone sets nothing', async () => {
    const answer = await browserFetch(STOREFRONT, { method: 'HEAD' });
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([200, []]);
  });

  test('a bot that brings the id of a visitor is nobody all the same', async () => {
    const visitorId = newVisitor({ 'home-hero': 'silent-loop' });
    const headers = { 'user-agent': BOTS.Googlebot, cookie: `cv_vid=${visitorId}` };
    const answer = await browserFetch(STOREFRONT, { headers });
    expect(variationIn(await answer.text(), 'hero')).toBe('none');
    const events = [{ type: 'conversion', goalKey: 'newsletter-signup' }];
    const relayed = await browserFetch(`${STOREFRONT}/api/convert/events`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ events }),
    });
    expect([relayed.status, await relayed.json()]).toEqual([403, { error: 'automated' }]);
    expect(await eventsOf(visitorId)).toEqual([]);
  });
});

test.describe('an app with a cookie and users of its own', () => {
  const COOKIE = { name: 'shop_vid', domain: 'shop.localhost', maxAge: 86_400, httpOnly: true };
  let app: RunningApp;
  let site: string;
  test.beforeAll(async () => {
    const env = { FIXTURE_COOKIE: JSON.stringify(COOKIE), FIXTURE_USERS: 'yes' };
    app = await startApp('fixture-app', {
      sdkKey: 'e2e',
      configUrl: `${EMULATOR}/api/v1`,
      trackUrl: `${EMULATOR}/v1`,
      env,
    });
    site = app.url.replace('localhost', 'www.shop.localhost');
  });
  test.afterAll(() => app.stop());

  test('keeps the visitor in that cookie, for its time, on all of its hosts', async ({ page }) => {
    await open(page, `${site}/pricing/target`);
    const [cookie] = (await page.context().cookies()).filter(({ name }) => name !== 'cv_receipt');
    expect(cookie).toMatchObject({
      name: 'shop_vid',
      domain: '.shop.localhost',
      path: '/',
      httpOnly: true,
      sameSite: 'Lax',
    });
    expect(cookie?.value).toMatch(UUID);
    expect(Math.abs((cookie?.expires ?? 0) - Date.now() / 1_000 - COOKIE.maxAge)).toBeLessThan(120);
    const shown = (await page.getByTestId('pricing-page').textContent()) ?? '';
    const reached = page.waitForResponse(
      (answer) => answer.request().postData()?.includes('newsletter-signup') ?? false,
    );
    await page.getByTestId('convert').click();
    await reached;
    await open(page, `${site.replace('www.', '')}/pricing/target`);
    await expect(page.getByTestId('pricing-page')).toHaveText(shown);
    const { cookies } = await page.context().storageState();
    expect(cookies.filter(({ name }) => name === 'shop_vid')).toEqual([cookie]);
    expect(cookies.filter(({ name }) => name !== 'shop_vid')).toEqual([
      expect.objectContaining({ name: 'cv_receipt', domain: '.shop.localhost', httpOnly: false }),
    ]);
  });

  test('tells no script the id of an HttpOnly cookie, and counts for the right visitor', async ({ page }) => {
    const bodies: Promise<string>[] = [];
    page.on('response', (response) => bodies.push(response.text().catch(() => '')));
    await open(page, `${site}/pricing/consent`);
    await page.getByTestId('convert').click();
    await page.getByRole('link', { name: 'Home' }).click();
    await expect(page.getByTestId('home-hero')).toBeVisible();
    const visitorId = await cookieOf(page, 'shop_vid');
    const pricing = `pricing-page: ${variationOf(visitorId, 'pricing-page')}`;
    await expectCounted(visitorId, [
      pricing,
      `goal newsletter-signup (${pricing})`,
      `home-hero: ${variationOf(visitorId, 'home-hero')}`,
    ]);
    const known = await page.evaluate(() =>
      [document.documentElement.outerHTML, document.cookie, JSON.stringify([localStorage, sessionStorage])].join('\n'),
    );
    const told = [...(await Promise.all(bodies)), known].join('\n');
    expect(told).toContain('visitorRef');
    expect(told).not.toContain(visitorId);
  });

  test('knows its users by their own id, in cookie, events and server actions', async ({ page }) => {
    await open(page, `${site}/pricing/target`);
    const anonymous = await cookieOf(page, 'shop_vid');
    const shownBefore = [`pricing-page: ${variationOf(anonymous, 'pricing-page')}`];
    await expectCounted(anonymous, shownBefore);
    const user = newVisitor();
    await page.context().addCookies([{ name: 'user', value: user, domain: 'www.shop.localhost', path: '/' }]);
    await open(page, `${site}/pricing/consent`);
    const pricing = `pricing-page: ${variationOf(user, 'pricing-page')}`;
    await expect(page.getByTestId('pricing-page')).toHaveText(variationOf(user, 'pricing-page') ?? 'none');
    expect(await cookieOf(page, 'shop_vid')).toBe(user);
    await expectCounted(user, [pricing]);
    await page.getByTestId('order').click();
    await expect(page.getByTestId('order-status')).toHaveText('queued');
    await expectCounted(user, [pricing, `goal purchase (${pricing})`]);

    // Logged out, the browser is still theirs.
    await page.context().clearCookies({ name: 'user' });
    await open(page, `${site}/pricing/consent`);
    expect(await cookieOf(page, 'shop_vid')).toBe(user);
    await page.getByTestId('convert').click();
    await expectCounted(user, [pricing, `goal purchase (${pricing})`, `goal newsletter-signup (${pricing})`]);
    expect(await eventsOf(anonymous)).toEqual(shownBefore);
  });

  test('counts nothing of a page for a user who has logged in since', async ({ page }) => {
    await open(page, `${site}/pricing/mounting`);
    const anonymous = await cookieOf(page, 'shop_vid');
    const user = newVisitor();
    await page.context().addCookies([{ name: 'user', value: user, domain: 'www.shop.localhost', path: '/' }]);
    await page.getByTestId('toggle').click();
    await expect(page.getByTestId('pricing-page')).toHaveText(variationOf(anonymous, 'pricing-page') ?? 'none');
    await page.getByTestId('convert').click();
    // What was done counts; what was shown was the other one's.
    await expectCounted(user, ['goal newsletter-signup ()']);
    expect(await eventsOf(anonymous)).toEqual([]);
  });
});

test('two first pages that open at the same moment count only what fits the visitor it is counted for', async ({
  browser,
}) => {
  for (const _ of ['once', 'again']) {
    const recorder = await startRecorder(STOREFRONT);
    const context = await browser.newContext();
    const pages = await Promise.all([context.newPage(), context.newPage()]);
    await Promise.all(pages.map((page) => open(page, `${recorder.url}/pricing`)));
    await Promise.all(pages.map((page) => page.getByTestId('choose-ridge').click()));
    await expect.poll(() => recorder.relayed('events').length).toBeGreaterThan(1);
    await Promise.all(pages.map((page) => page.waitForLoadState('networkidle')));
    const kept = (await context.cookies()).find(({ name }) => name === 'cv_vid')?.value ?? '';
    await Promise.all(pages.map((page) => open(page, `${recorder.url}/pricing`)));
    await Promise.all(pages.map((page) => page.waitForLoadState('networkidle')));
    expect((await context.cookies()).find(({ name }) => name === 'cv_vid')?.value).toBe(kept);
    await expect.poll(() => eventsOf(kept)).toContain(`pricing-page: ${variationOf(kept, 'pricing-page')}`);

    const minted = recorder.requests.flatMap(({ setCookies }) => setCookies.join().match(/(?<=cv_vid=)[^;]+/g) ?? []);
    for (const visitorId of new Set(minted)) {
      const fitting = `pricing-page: ${variationOf(visitorId, 'pricing-page')}`;
      const counted = await eventsOf(visitorId);
      const shown = counted.filter((event) => event.includes('pricing-page: '));
      expect(shown.filter((event) => !event.includes(fitting))).toEqual([]);
      expect([[], [fitting]]).toContainEqual(shown.filter((event) => event.startsWith('pricing-page')));
    }
    await context.close();
    await recorder.close();
  }
});

test.describe('a form that another service takes', () => {
  test('carries the visitor along', async ({ page }) => {
    const visitorId = newVisitor({ 'pricing-page': 'annual-first' });
    await visitAs(page.context(), visitorId);
    await open(page, '/pricing');
    await expect(page.locator('input[name=cv_vid]')).toHaveValue(visitorId);
    await expectCounted(visitorId, ['pricing-page: annual-first']);
    // The service has no cookie of the shop.
    await page.route('**/api/newsletter', (route) =>
      route.continue({ headers: { ...route.request().headers(), cookie: '' } }),
    );
    await signUp(page);
    await expectCounted(visitorId, [
      'pricing-page: annual-first',
      'goal newsletter-signup (pricing-page: annual-first)',
    ]);
  });

  test('carries nobody along who does not take part', async ({ page }) => {
    const visitorId = newVisitor();
    await visitAs(page.context(), visitorId);
    await page.context().addCookies([{ name: 'experiments', value: 'no', url: STOREFRONT }]);
    await open(page, '/pricing');
    await expect(page.locator('input[name=cv_vid]')).toHaveCount(0);
    await signUp(page);
    expect(await eventsOf(visitorId)).toEqual([]);
  });
});

async function signUp(page: Page): Promise<void> {
  await page.getByLabel('Email').fill('walker@example.com');
  await page.getByTestId('newsletter').click();
  await page.waitForURL('**/newsletter');
}

async function cookieOf(page: Page, name: string): Promise<string> {
  return (await page.context().cookies()).find((cookie) => cookie.name === name)?.value ?? '';
}
