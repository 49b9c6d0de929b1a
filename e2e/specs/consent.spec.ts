import { startEmulator } from '@convert-fullstack/emulator';
import { expect, type Page, test } from '@playwright/test';
import { EMULATOR, FIXTURE_APP } from '../support/addresses.ts';
import { browserFetch } from '../support/browser-fetch.ts';
import { eventsOf, expectCounted } from '../support/collector.ts';
import { hydrated, open } from '../support/hydrated.ts';
import { type Recorder, startRecorder } from '../support/recorder.ts';
import { sampleProject } from '../support/sample-project.ts';
import { sampleVariations, shownIn } from '../support/sampler.ts';
import { startApp } from '../support/servers.ts';
import { idsIn, tracesOf } from '../support/traces.ts';
import { variationOf } from '../support/visitors.ts';

// Many pages a test, and servers of their own.
test.describe.configure({ timeout: 60_000 });

/** All that Convert leaves in a browser and sends, when it may. */
const TRACES_OF_A_VISITOR = [
  'POST /api/convert/events',
  'cookie cv_receipt',
  'cookie cv_vid',
  'localStorage cv_seen',
  'sent cookie cv_receipt',
  'sent cookie cv_vid',
  'set cookie cv_receipt',
  'set cookie cv_vid',
  'the visitor id in a request',
];

let recorder: Recorder;
test.beforeEach(async () => {
  recorder = await startRecorder(FIXTURE_APP);
});
test.afterEach(() => recorder.close());

test.describe('while consent is pending', () => {
  test('nothing is sent, set or stored, whatever the visitor does', async ({ page }) => {
    await choose(page, 'pending');
    await doEverything(page);
    expect(await tracesOf(page, recorder)).toEqual([]);
    expect(await countedOf(idsIn(answers()))).toEqual([]);
  });

  test('neither the relay nor a server action counts, even when called by hand', async ({ page }) => {
    await choose(page, 'pending');
    const visitorId = await openPage(page);
    await order(page, 'tracking_off');
    expect(await postByHand(page, visitorId)).toEqual([403, { error: 'consent_missing' }]);
    expect(await eventsOf(visitorId)).toEqual([]);
  });
});

test('the same visits of somebody who takes part leave traces', async ({ page }) => {
  await doEverything(page);
  // What the page before left is delivered by this one.
  await expect.poll(() => tracesOf(page, recorder)).toEqual(TRACES_OF_A_VISITOR);
});

test.describe('when consent is granted', () => {
  test('the same id is kept, and what was held counts once without a change on screen', async ({ page }) => {
    await choose(page, 'pending');
    await sampleVariations(page);
    const visitorId = await openPage(page);
    const shown = variationOf(visitorId, 'pricing-page') ?? 'none';
    await page.getByTestId('convert').click();
    expect(await tracesOf(page, recorder)).toEqual([]);
    const before = await shownIn(page, 'pricing-page');
    expect(before.variations).toEqual([shown]);

    await page.getByTestId('grant').click();
    await expect(page.getByTestId('consent')).toHaveText('granted');
    const counted = [`pricing-page: ${shown}`, `goal newsletter-signup (pricing-page: ${shown})`];
    await expectCounted(visitorId, counted);
    expect(await cookieOf(page, 'cv_vid')).toBe(visitorId);
    expect(await shownIn(page, 'pricing-page')).toEqual(before);

    await page.reload();
    await hydrated(page);
    expect((await shownIn(page, 'pricing-page')).variations).toEqual([shown]);
    await page.getByTestId('convert').click();
    // Sent last: whatever was counted again would have come before.
    await order(page, 'queued');
    await expectCounted(visitorId, [...counted, `goal purchase (pricing-page: ${shown})`]);
    expect(recorder.relayed('consent')).toHaveLength(1);
  });

  test('a page that reloads after the answer is the same visitor’s, and what was held has arrived', async ({
    page,
  }) => {
    await choose(page, 'pending');
    await sampleVariations(page);
    const visitorId = await openPage(page);
    const shown = variationOf(visitorId, 'pricing-page') ?? 'none';
    await page.getByTestId('convert').click();
    await Promise.all([page.waitForEvent('load'), page.getByTestId('grant-and-reload').click()]);
    await hydrated(page);
    expect(await cookieOf(page, 'cv_vid')).toBe(visitorId);
    expect((await shownIn(page, 'pricing-page')).variations).toEqual([shown]);
    await expectCounted(visitorId, [`pricing-page: ${shown}`, `goal newsletter-signup (pricing-page: ${shown})`]);
  });

  test('with an HttpOnly cookie the same holds, and scripts lose sight of the id', async ({ page }) => {
    const app = await startApp('fixture-app', {
      sdkKey: 'e2e',
      configUrl: `${EMULATOR}/api/v1`,
      trackUrl: `${EMULATOR}/v1`,
      env: { FIXTURE_COOKIE: JSON.stringify({ httpOnly: true }) },
    });
    const ofApp = await startRecorder(app.url);
    try {
      await page.context().addCookies([{ name: 'consent', value: 'pending', url: app.url }]);
      const visitorId = await openPage(page, ofApp);
      const shown = variationOf(visitorId, 'pricing-page') ?? 'none';
      await page.getByTestId('convert').click();
      expect(await tracesOf(page, ofApp)).toEqual([]);
      await page.getByTestId('grant').click();
      await expectCounted(visitorId, [`pricing-page: ${shown}`, `goal newsletter-signup (pricing-page: ${shown})`]);
      const kept = (await page.context().cookies()).filter(({ name }) => name === 'cv_vid');
      expect(kept).toMatchObject([{ value: visitorId, httpOnly: true }]);

      await page.reload();
      await hydrated(page);
      await expect(page.getByTestId('pricing-page')).toHaveText(shown);
      const known = await page.evaluate(() =>
        [document.documentElement.outerHTML, document.cookie, JSON.stringify(localStorage)].join('\n'),
      );
      expect(known).toContain('visitorRef');
      expect(known).not.toContain(visitorId);

      await page.getByTestId('deny').click();
      await expect.poll(() => cookieOf(page, 'cv_vid')).toBe('');
      const erased = ofApp.requests.length;
      await page.getByTestId('convert').click();
      await order(page, 'tracking_off');
      expect(await tracesOf(page, ofApp, erased)).toEqual([]);
    } finally {
      await ofApp.close();
      await app.stop();
    }
  });

  test('what was held arrives although the relay fails at first', async ({ page }) => {
    await choose(page, 'pending');
    const visitorId = await openPage(page);
    await page.route('**/api/convert/consent', (route) => route.fulfill({ status: 503, body: '' }), { times: 1 });
    await page.getByTestId('convert').click();
    await page.getByTestId('grant').click();
    const shown = variationOf(visitorId, 'pricing-page');
    await expectCounted(visitorId, [`pricing-page: ${shown}`, `goal newsletter-signup (pricing-page: ${shown})`]);
    expect(await cookieOf(page, 'cv_vid')).toBe(visitorId);
  });
});

test.describe('when consent is denied', () => {
  test('before it was granted, nothing has ever been sent, set or stored', async ({ page }) => {
    await choose(page, 'pending');
    const visitorId = await openPage(page);
    await page.getByTestId('convert').click();
    await page.getByTestId('deny').click();
    await expect(page.getByTestId('consent')).toHaveText('denied');
    await expect(page.getByTestId('pricing-page')).toHaveText(variationOf(visitorId, 'pricing-page') ?? 'none');
    await order(page, 'tracking_off');
    await doEverything(page);
    expect(await tracesOf(page, recorder)).toEqual([]);
    expect(await eventsOf(visitorId)).toEqual([]);
  });

  test('everything is erased with one request, nothing leaves any more, and what is on screen stays', async ({
    page,
  }) => {
    await sampleVariations(page);
    const visitorId = await openPage(page);
    const shown = variationOf(visitorId, 'pricing-page') ?? 'none';
    await page.getByTestId('convert').click();
    const counted = [`pricing-page: ${shown}`, `goal newsletter-signup (pricing-page: ${shown})`];
    await expectCounted(visitorId, counted);
    await expect.poll(() => tracesOf(page, recorder)).toContain('cookie cv_receipt');
    const before = await shownIn(page, 'pricing-page');
    expect(before.variations).toEqual([shown]);

    await page.getByTestId('deny').click();
    await expect
      .poll(() => recorder.relayed('consent').map(({ body, status }) => [body, status]))
      .toEqual([['{"consent":"denied"}', 200]]);
    const erased = recorder.requests.length;
    await expect.poll(() => tracesOf(page, recorder, erased)).toEqual([]);
    await page.getByTestId('convert').click();
    await order(page, 'tracking_off');
    expect(await shownIn(page, 'pricing-page')).toEqual(before);

    await page.reload();
    await hydrated(page);
    await expect(page.getByTestId('pricing-page')).toHaveText('none');
    await doEverything(page);
    expect(await tracesOf(page, recorder, erased)).toEqual([]);
    expect(await postByHand(page, visitorId)).toEqual([403, { error: 'consent_missing' }]);
    await expectCounted(visitorId, counted);
  });

  test('another tab learns of it with its next report, erases what it kept, and sends nothing more', async ({
    page,
    context,
  }) => {
    const visitorId = await openPage(page);
    await expectCounted(visitorId, [`pricing-page: ${variationOf(visitorId, 'pricing-page')}`]);
    const other = await context.newPage();
    await open(other, `${recorder.url}/pricing/consent`);
    await page.getByTestId('deny').click();
    await expect.poll(() => cookieOf(page, 'cv_vid')).toBe('');
    const refused = other.waitForResponse('**/api/convert/events');
    await other.getByTestId('convert').click();
    expect((await refused).status()).toBe(403);
    await expect.poll(() => other.evaluate(() => Object.keys(localStorage))).toEqual([]);
    const silent = recorder.requests.length;
    await other.getByTestId('convert').click();
    await order(other, 'tracking_off');
    expect(await tracesOf(other, recorder, silent)).toEqual([]);
    await expectCounted(visitorId, [`pricing-page: ${variationOf(visitorId, 'pricing-page')}`]);
  });

  test('on a page of settings that knows nothing of Convert, the next page erases everything', async ({ page }) => {
    const visitorId = await openPage(page);
    await page.getByTestId('convert').click();
    await expect.poll(() => tracesOf(page, recorder)).toContain('cookie cv_receipt');
    await choose(page, 'denied');
    await page.reload();
    await hydrated(page);
    await expect.poll(() => tracesOf(page, recorder, recorder.requests.length)).toEqual([]);
    await expect(page.getByTestId('pricing-page')).toHaveText('none');
    expect(await cookieOf(page, 'cv_vid')).not.toBe(visitorId);
  });

  test('and granted again, the visitor is a new one', async ({ page }) => {
    const before = await openPage(page);
    const shownBefore = [`pricing-page: ${variationOf(before, 'pricing-page')}`];
    await expectCounted(before, shownBefore);
    await page.getByTestId('deny').click();
    await expect.poll(() => cookieOf(page, 'cv_vid')).toBe('');
    await page.reload();
    await hydrated(page);
    await page.getByTestId('grant').click();
    await page.reload();
    await hydrated(page);
    const after = await cookieOf(page, 'cv_vid');
    expect(after).not.toBe(before);
    await expectCounted(after, [`pricing-page: ${variationOf(after, 'pricing-page')}`]);
    await expectCounted(before, shownBefore);
  });
});

test("the browser's privacy signals deny consent where the project's settings honour them", async ({ browser }) => {
  const emulator = await startEmulator({ project: projectWith({ gpc: 'Worldwide', dnt: 'EU ONLY' }) });
  const app = await startApp('fixture-app', emulator);
  const ofApp = await startRecorder(app.url);
  try {
    const isCounted = async (headers: Record<string, string>) => {
      const { headers: answered } = await browserFetch(`${app.url}/pricing/target`, { headers });
      return answered.getSetCookie().some((cookie) => cookie.startsWith('cv_vid='));
    };
    expect(await isCounted({})).toBe(true);
    expect(await isCounted({ 'sec-gpc': '1', 'cf-ipcountry': 'US' })).toBe(false);
    expect(await isCounted({ dnt: '1', 'cf-ipcountry': 'DE' })).toBe(false);
    expect(await isCounted({ dnt: '1' })).toBe(false);
    expect(await isCounted({ dnt: '1', 'cf-ipcountry': 'US' })).toBe(true);
    expect(await isCounted({ dnt: '1', 'cf-ipcountry': 'NO' })).toBe(true);
    expect(await isCounted({ dnt: '0', 'sec-gpc': '0' })).toBe(true);

    const visitWith = async (extraHTTPHeaders: Record<string, string>) => {
      const page = await browser.newPage({ extraHTTPHeaders });
      const since = ofApp.requests.length;
      await doEverything(page, ofApp);
      return { page, traces: () => tracesOf(page, ofApp, since) };
    };
    const withSignal = await visitWith({ 'sec-gpc': '1' });
    expect(await withSignal.traces()).toEqual([]);
    await withSignal.page.close();
    const elsewhere = await visitWith({ dnt: '1', 'cf-ipcountry': 'US' });
    await expect.poll(elsewhere.traces).toEqual(TRACES_OF_A_VISITOR);
    await elsewhere.page.close();
    expect(emulator.visitors()).toHaveLength(1);
  } finally {
    await ofApp.close();
    await app.stop();
    await emulator.close();
  }
});

type Answer = 'granted' | 'pending' | 'denied';

async function choose(page: Page, value: Answer): Promise<void> {
  await page.context().addCookies([{ name: 'consent', value, url: FIXTURE_APP }]);
}

/** Opens a page of an experiment and returns whom it was decided for. */
async function openPage(page: Page, { url }: Recorder = recorder): Promise<string> {
  const response = await page.goto(`${url}/pricing/consent`);
  const [visitorId = ''] = idsIn((await response?.text()) ?? '');
  await hydrated(page);
  return visitorId;
}

/** Several pages, a reload, soft navigation, clicks that convert, an order, and a page that is left. */
async function doEverything(page: Page, { url }: Recorder = recorder): Promise<void> {
  for (const path of ['/pricing/consent', '/pricing/target', '/pricing/consent']) {
    await open(page, url + path);
    await page.getByTestId('convert').click();
  }
  await page.reload();
  await hydrated(page);
  await page.getByTestId('order').click();
  await expect(page.getByTestId('order-status')).not.toBeEmpty();
  await page.getByRole('link', { name: 'Home' }).click();
  await expect(page.getByTestId('home-hero')).toBeVisible();
  await page.getByTestId('convert').click();
  await page.goBack();
  await expect(page.getByTestId('pricing-page')).toBeVisible();
  await page.getByTestId('convert').click();
  await page.goto('about:blank');
  await open(page, `${url}/pricing/consent`);
  await page.waitForLoadState('networkidle');
}

async function order(page: Page, status: string): Promise<void> {
  await page.getByTestId('order').click();
  await expect(page.getByTestId('order-status')).toHaveText(status);
}

/** What a script on the page could try: a cookie made up, and a report to the relay. */
function postByHand(page: Page, visitorId: string): Promise<[status: number, answer: unknown]> {
  return page.evaluate(async (id) => {
    await cookieStore.set('cv_vid', id);
    const events = [{ type: 'conversion', goalKey: 'newsletter-signup' }];
    const headers = { 'content-type': 'application/json' };
    const response = await fetch('/api/convert/events', { method: 'POST', headers, body: JSON.stringify({ events }) });
    return [response.status, await response.json()];
  }, visitorId);
}

async function cookieOf(page: Page, name: string): Promise<string> {
  return (await page.context().cookies()).find((cookie) => cookie.name === name)?.value ?? '';
}

async function countedOf(visitorIds: readonly string[]): Promise<string[]> {
  expect(visitorIds).not.toEqual([]);
  return (await Promise.all(visitorIds.map((visitorId) => eventsOf(visitorId)))).flat();
}

const answers = () => recorder.requests.map(({ answer }) => answer).join('\n');

function projectWith({ gpc, dnt }: { gpc: string; dnt: string }): unknown {
  // The shape is the sample project's own.
  const project = structuredClone(sampleProject) as { project: { settings: Record<string, unknown> } };
  Object.assign(project.project.settings, { global_privacy_control: gpc, do_not_track: dnt });
  return project;
}
