import { RELAY_MAX_BYTES, type RelayBatch } from '@convert-fullstack/core/bridge';
import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import { EMULATOR, FIXTURE_APP } from '../support/addresses.ts';
import { eventsOf, expectCounted } from '../support/collector.ts';
import { hydrated, open } from '../support/hydrated.ts';
import { type Recorded, type Recorder, startRecorder } from '../support/recorder.ts';
import { freePort, startApp } from '../support/servers.ts';
import { newVisitor, visitAs } from '../support/visitors.ts';

// Many pages a test, and servers of their own.
test.describe.configure({ timeout: 60_000 });

const SEEN = 'pricing-page: annual-first';
const CONVERTED = `goal newsletter-signup (${SEEN})`;

let recorder: Recorder;
test.beforeEach(async () => {
  recorder = await startRecorder(FIXTURE_APP);
});
test.afterEach(() => recorder.close());

test.describe('what could not be delivered arrives once', () => {
  test('when the network is gone until another tab is opened', async ({ page, context }) => {
    const visitorId = await visit(context);
    await open(page, `${recorder.url}/pricing/target`);
    await expectCounted(visitorId, [SEEN]);
    await clickOffline(page, context);
    const sent = recorder.relayed('events').length;
    await leave(page);
    expect(recorder.relayed('events')).toHaveLength(sent);

    await context.setOffline(false);
    await open(await context.newPage(), `${recorder.url}/pricing/target`);
    await expectCounted(visitorId, [SEEN, CONVERTED]);
    expect(sentAgain(recorder.requests)).toEqual([]);
  });

  test('when the network comes back while the page is open', async ({ page, context }) => {
    const visitorId = await visit(context);
    await open(page, `${recorder.url}/pricing/target`);
    await expectCounted(visitorId, [SEEN]);
    await clickOffline(page, context);
    expect(await eventsOf(visitorId)).toEqual([SEEN]);
    await context.setOffline(false);
    await expectCounted(visitorId, [SEEN, CONVERTED]);
    expect(sentAgain(recorder.requests)).toEqual([]);
  });

  test('when the server is being restarted', async ({ page, context }) => {
    const visitorId = await visit(context);
    const where = {
      sdkKey: 'e2e',
      configUrl: `${EMULATOR}/api/v1`,
      trackUrl: `${EMULATOR}/v1`,
      port: await freePort(),
    };
    const first = await startApp('fixture-app', where);
    await open(page, `${first.url}/pricing/target`);
    await expectCounted(visitorId, [SEEN]);
    await first.stop();
    const failed = page.waitForEvent('requestfailed');
    await page.getByTestId('convert').click();
    await failed;
    await leave(page);

    const second = await startApp('fixture-app', where);
    try {
      await open(await context.newPage(), `${second.url}/pricing/target`);
      await expectCounted(visitorId, [SEEN, CONVERTED]);
    } finally {
      await second.stop();
    }
  });

  test('when the answer is lost and the page is left', async ({ page, context }) => {
    const visitorId = await visit(context);
    await open(page, `${recorder.url}/pricing/target`);
    await expectCounted(visitorId, [SEEN]);
    await page.route('**/api/convert/events', async (route) => {
      await route.fetch();
      await route.abort('connectionreset');
    });
    const failed = page.waitForEvent('requestfailed');
    await page.getByTestId('convert').click();
    await failed;
    await leave(page);
    const next = await context.newPage();
    await open(next, `${recorder.url}/pricing/consent`);
    await next.getByTestId('order').click();
    await expectCounted(visitorId, [SEEN, CONVERTED, `goal purchase (${SEEN})`]);
  });
});

test.describe('a batch that was answered with success is not sent again', () => {
  test('over reloads, pages left and come back to, tabs closed, and an answer of 503', async ({ page, context }) => {
    const visitorId = await visit(context);
    await page.route('**/api/convert/events', (route) => route.fulfill({ status: 503, body: '' }), { times: 1 });
    await open(page, `${recorder.url}/pricing/target`);
    await page.getByTestId('convert').click();
    await page.reload();
    await hydrated(page);
    await open(page, recorder.url);
    await page.goBack();
    await hydrated(page);
    await page.goForward();
    await hydrated(page);
    const second = await context.newPage();
    await open(second, `${recorder.url}/cart`);
    await leave(second);
    await page.goto('about:blank');
    await page.goBack();
    await hydrated(page);
    await page.waitForLoadState('networkidle');
    await expectCounted(visitorId, [SEEN, CONVERTED, 'home-hero: original', 'shipping-threshold: threshold-50']);
    expect(recorder.relayed('events').length).toBeGreaterThan(2);
    expect(sentAgain(recorder.requests)).toEqual([]);
  });

  test('and one that is would be noticed', async ({ page, context }) => {
    await visit(context);
    await open(page, `${recorder.url}/pricing/target`);
    await page.evaluate(async () => {
      const events = [{ type: 'conversion', goalKey: 'newsletter-signup' }];
      const body = JSON.stringify({ id: 'sentTwice1', isLeaving: true, events });
      const headers = { 'content-type': 'application/json' };
      for (const _ of ['sent', 'sent again']) {
        const answer = await fetch('/api/convert/events', { method: 'POST', headers, body });
        // Only what has been answered to its end counts as sent.
        await answer.text();
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    });
    expect(sentAgain(recorder.requests)).toEqual(['sentTwice1']);
  });
});

test.describe('sixty large conversions, more than one request may carry when a page is left', () => {
  test('arrive once each while the page is open', async ({ page, context }) => {
    const visitorId = await visit(context);
    await open(page, `${recorder.url}/pricing/many`);
    await page.getByTestId('many').click();
    await expect.poll(() => eventsOf(visitorId)).toHaveLength(60);
    expect(await numbersOf(visitorId)).toEqual(ALL_SIXTY);
    expectSmall(recorder.relayed('events'));
  });

  test('arrive once each when the page is left at once', async ({ page, context }) => {
    const visitorId = await visit(context);
    await open(page, `${recorder.url}/pricing/many`);
    await page.evaluate(() => {
      document.querySelector<HTMLElement>('[data-testid="many"]')?.click();
      location.href = 'about:blank#left';
    });
    await page.waitForURL('about:blank#left');
    await open(page, `${recorder.url}/pricing/many`);
    await expect.poll(() => eventsOf(visitorId)).toHaveLength(60);
    expect(await numbersOf(visitorId)).toEqual(ALL_SIXTY);
    expectSmall(recorder.relayed('events'));
    expect(sentAgain(recorder.requests)).toEqual([]);
  });
});

test('a page that is hidden sends at once and does not wait for its interval', async ({ page, context }) => {
  await visit(context);
  await open(page, `${recorder.url}/pricing/target`);
  await page.waitForLoadState('networkidle');
  // The next timer of the page never fires: what is sent was not waiting for one.
  const sent = page.waitForRequest((request) => request.postData()?.includes('newsletter-signup') === true);
  await page.evaluate(() => {
    window.setTimeout = (() => 0) as unknown as typeof setTimeout;
    document.querySelector<HTMLElement>('[data-testid="convert"]')?.click();
    Object.defineProperty(document, 'hidden', { value: true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await sent;
});

const ALL_SIXTY = Array.from({ length: 60 }, (_, index) => index);

async function visit(context: BrowserContext): Promise<string> {
  const visitorId = newVisitor({
    'home-hero': 'original',
    'pricing-page': 'annual-first',
    'shipping-threshold': 'threshold-50',
  });
  await visitAs(context, visitorId);
  return visitorId;
}

async function clickOffline(page: Page, context: BrowserContext): Promise<void> {
  await page.waitForLoadState('networkidle');
  await context.setOffline(true);
  await page.getByTestId('convert').click();
  // Longer than the queue waits before it sends.
  await page.waitForTimeout(300);
}

/** As a visitor does: with the events that a page gets when it goes. */
async function leave(page: Page): Promise<void> {
  const closed = page.waitForEvent('close');
  await page.close({ runBeforeUnload: true });
  await closed;
}

/** Ids of batches that were sent once more although the browser had heard that they arrived. */
function sentAgain(requests: readonly Recorded[]): string[] {
  const takenAt = new Map<string, number>();
  const again: string[] = [];
  for (const { path, headers, body, status, arrivedAt, answeredAt } of requests) {
    if (path !== '/api/convert/events') continue;
    const { id = '' }: Partial<RelayBatch> = JSON.parse(body);
    // What leaves the browser while an answer comes in is too late to be stopped.
    const isKnown = headers.cookie?.includes(id) && arrivedAt > (takenAt.get(id) ?? Number.POSITIVE_INFINITY) + 100;
    if (isKnown) again.push(id);
    if (status === 202) takenAt.set(id, answeredAt);
  }
  return again;
}

function expectSmall(requests: readonly Recorded[]): void {
  const sizes = requests.map(({ body }) => Buffer.byteLength(body));
  expect(Math.max(...sizes)).toBeLessThanOrEqual(RELAY_MAX_BYTES);
}

/** The numbers that the sixty conversions carry. */
async function numbersOf(visitorId: string): Promise<number[]> {
  const numbers = (await eventsOf(visitorId)).map((event) => Number(/customDimension1 (\d+)/.exec(event)?.[1]));
  return numbers.sort((left, right) => left - right);
}
