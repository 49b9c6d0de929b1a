import { readFile } from 'node:fs/promises';
import { type Emulator, startEmulator } from '@convert-fullstack/emulator';
import { expect, type Page, test } from '@playwright/test';
import { browserFetch } from '../support/browser-fetch.ts';
import { eventsOf, expectCounted } from '../support/collector.ts';
import { hydrated, open } from '../support/hydrated.ts';
import { type Recorder, startRecorder } from '../support/recorder.ts';
import { type RunningApp, startApp } from '../support/servers.ts';
import { newVisitor } from '../support/visitors.ts';

// Many pages a test, and servers of their own.
test.describe.configure({ timeout: 60_000 });

// A server of its own: what is sent here would drown what other tests look for.
const SDK_KEY = '10051234/key-that-nobody-may-see';
const SECRETS = [SDK_KEY, 'key-that-nobody-may-see', 'traffic_allocation', 'rule_type', 'matching_options'];

const EXPOSURE = { type: 'exposure', experienceId: '3009860002', variationId: '3009870004' };
const GOAL = { type: 'conversion', goalKey: 'newsletter-signup' };
const COUNTED = ['pricing-page: monthly-first', 'goal newsletter-signup (pricing-page: monthly-first)'];

const AT_ONCE = 50;

let emulator: Emulator;
let app: RunningApp;
let said: string[] = [];
test.beforeAll(async () => {
  emulator = await startEmulator();
  app = await startApp('storefront', { ...addressesOf(emulator), sdkKey: SDK_KEY });
});
test.afterAll(async () => {
  await app.stop();
  await emulator.close();
});
test.beforeEach(() => {
  said = [];
});
test.afterEach(() => {
  const told = [...said, app.output()].join('\n');
  expect(SECRETS.filter((secret) => told.includes(secret))).toEqual([]);
});

test('a page of another origin can neither report, nor erase, nor read a visitor', async ({ page }) => {
  const visitorId = newVisitor({ 'pricing-page': 'monthly-first' });
  await visitAs(page, visitorId);
  // The same app behind another port: same site, same cookies, another origin.
  const other = await startRecorder(app.url);
  await page.goto(`${other.url}/icon.svg`);
  const answers: number[] = [];
  page.on('response', (response) => {
    if (response.url().startsWith(`${app.url}/api/convert`)) answers.push(response.status());
  });
  await page.evaluate(
    async ([relay = '', events = '']) => {
      const attempts = [
        ['/events', events],
        ['/consent', '{"consent":"denied"}'],
        ['/consent', '{"consent":"granted","visitorId":"attacker"}'],
      ];
      for (const [action = '', body = ''] of attempts) {
        const headers = { 'content-type': 'text/plain' };
        const request = { method: 'POST', credentials: 'include', headers, body } as const;
        await fetch(relay + action, { ...request, mode: 'no-cors' }).catch(() => {});
      }
      await fetch(`${relay}/payload?url=/pricing`, { credentials: 'include', mode: 'no-cors' }).catch(() => {});
    },
    [`${app.url}/api/convert`, JSON.stringify({ events: [EXPOSURE, GOAL] })],
  );
  expect(answers).toEqual([403, 403, 403, 403]);
  const cookies = await page.context().cookies(app.url);
  expect(cookies.find(({ name }) => name === 'cv_vid')?.value).toBe(visitorId);
  await other.close();
  await post(visitorId, { events: [EXPOSURE, GOAL] });
  await expectCounted(visitorId, COUNTED, emulator.url);
});

test('a recorded request that is sent again counts nothing, for its visitor or for another', async ({ page }) => {
  const visitorId = newVisitor({ 'pricing-page': 'monthly-first' });
  const recorder = await startRecorder(app.url);
  await visitAs(page, visitorId);
  await open(page, `${recorder.url}/pricing`);
  await page.getByTestId('choose-ridge').click();
  const counted = [COUNTED[0] ?? '', 'goal plan-selected (customDimension1 ridge · pricing-page: monthly-first)'];
  await expectCounted(visitorId, counted, emulator.url);
  await page.goto('about:blank');

  const thief = newVisitor({ 'pricing-page': 'annual-first' });
  for (const { body } of recorder.relayed('events')) {
    expect(await post(visitorId, body)).toEqual([202, { accepted: 0, rejected: [], duplicate: true }]);
    expect(await post(thief, body)).toEqual([202, { accepted: 0, rejected: [], duplicate: true }]);
  }
  await recorder.close();
  await post(visitorId, { events: [GOAL] });
  await expectCounted(visitorId, [...counted, COUNTED[1] ?? ''], emulator.url);
  expect(await eventsOf(thief, emulator.url)).toEqual([]);
});

test('the id of another visitor in the body reaches nobody', async () => {
  const [victim, attacker] = [newVisitor(), newVisitor()];
  const id = 'victimsBatch1';
  const events = [EXPOSURE, { ...GOAL, visitorId: victim, exposed: { '3009860002': '3009870004' } }];
  const [status, receipt] = await post(attacker, { id, visitor: victim, visitorId: victim, events });
  expect([status, receipt]).toEqual([202, { accepted: 1, rejected: [{ index: 0, reason: 'visitor_changed' }] }]);
  // Nor can somebody use up the id of another one's batch.
  expect(await post(victim, { id, visitor: victim, events: [EXPOSURE, GOAL] })).toEqual([
    202,
    { accepted: 2, rejected: [] },
  ]);
  await expectCounted(victim, COUNTED, emulator.url);
  await expectCounted(attacker, ['goal newsletter-signup ()'], emulator.url);
});

test('deep, long and strange JSON is refused, and the server goes on', async () => {
  const visitorId = newVisitor();
  const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  const hostile: [body: string, answer: unknown][] = [
    [deep(30_000), [400, { error: 'batch_invalid' }]],
    [`{"events":[${deep(30_000)}]}`, [202, { accepted: 0, rejected: [{ index: 0, reason: 'event_invalid' }] }]],
    [`{"events":[${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}]}`, [202, expect.anything()]],
    ['{"events":[{"__proto__":{"type":"exposure"}}]}', [202, expect.objectContaining({ accepted: 0 })]],
    [`{"events":[],"id":"${'x'.repeat(33)}"}`, [400, { error: 'batch_invalid' }]],
    [`{"events":[],"visitor":"${'x'.repeat(129)}"}`, [400, { error: 'batch_invalid' }]],
    [`{"events":["${'x'.repeat(70_000)}"]}`, [413, { error: 'body_too_large' }]],
    [`{"events":[${'1,'.repeat(500)}1]}`, [413, { error: 'too_many_events' }]],
    ['{"events":[1e999]}', [202, expect.objectContaining({ accepted: 0 })]],
  ];
  for (const [body, answer] of hostile) expect(await post(visitorId, body), body.slice(0, 40)).toEqual(answer);
  expect(await post(visitorId, { events: [EXPOSURE, GOAL] })).toEqual([202, { accepted: 2, rejected: [] }]);
  await expectCounted(visitorId, COUNTED, emulator.url);
});

test('a browser cannot make up revenue or count a goal again where the app does not allow it', async () => {
  const visitorId = newVisitor();
  const events = [
    { ...GOAL, goalKey: 'purchase', revenue: 1_000_000 },
    { ...GOAL, goalKey: 'purchase', conversionData: { amount: 1_000_000 } },
    { ...GOAL, forceMultiple: true },
    GOAL,
  ];
  const refused = ['revenue_not_allowed', 'revenue_not_allowed', 'repeat_not_allowed'];
  const rejected = refused.map((reason, index) => ({ index, reason }));
  expect(await post(visitorId, { events })).toEqual([202, { accepted: 1, rejected }]);
  await expectCounted(visitorId, ['goal newsletter-signup ()'], emulator.url);
});

test('a thousand requests of one visitor, fifty at a time, are limited, and everybody else is served and counted', async ({
  page,
}) => {
  const visitorId = newVisitor({ 'home-hero': 'trail-story', 'pricing-page': 'monthly-first' });
  await visitAs(page, visitorId);
  const recorder = await startRecorder(app.url);
  await open(page, `${recorder.url}/pricing`);

  const flooder = newVisitor();
  const flood = inParallel(1_000, () => post(flooder, { events: [EXPOSURE, GOAL] }));
  await visitShop(page, recorder);
  const answers = await flood;
  await recorder.close();

  const taken = answers.filter(([status]) => status === 202).length;
  // A minute's worth at once, and what trickles in meanwhile.
  expect(taken).toBeGreaterThanOrEqual(300);
  expect(taken).toBeLessThan(600);
  expect(answers.filter(([status]) => status === 429)).toHaveLength(1_000 - taken);
  await expectCounted(flooder, COUNTED, emulator.url);
  const credit = 'pricing-page: monthly-first';
  await expectCounted(
    visitorId,
    [credit, `goal plan-selected (customDimension1 ridge · ${credit})`, 'home-hero: trail-story'],
    emulator.url,
  );
});

test('memory stays flat, whoever sends whatever', async () => {
  // Little room for garbage: what the process keeps shows in its size.
  const env = { NODE_OPTIONS: '--max-old-space-size=96 --max-semi-space-size=4' };
  const small = await startApp('storefront', { ...addressesOf(emulator), sdkKey: SDK_KEY, env });
  const padding = 'x'.repeat(60_000);
  let made = 0;
  const flood = (requests: number) =>
    inParallel(requests, () => {
      made += 1;
      const id = `batch${made}`.padEnd(16, '0');
      const events = [{ ...EXPOSURE, experienceId: `${made}` }, { ...GOAL, goalKey: `goal-${made}` }, padding];
      return post(`visitor-${made}`, { id, events }, small);
    });
  try {
    await flood(200);
    const before = await residentBytes(small.pid);
    const answers = await flood(500);
    expect(answers.filter(([status]) => status !== 202)).toEqual([]);
    // The bodies alone are 30 MB.
    expect((await residentBytes(small.pid)) - before).toBeLessThan(20 * 1024 * 1024);
    said.push(small.output());
  } finally {
    await small.stop();
  }
});

const addressesOf = ({ configUrl, trackUrl }: Emulator) => ({ configUrl, trackUrl });

async function visitAs(page: Page, visitorId: string): Promise<void> {
  await page.context().addCookies([{ name: 'cv_vid', value: visitorId, url: app.url }]);
}

async function visitShop(page: Page, { url }: Recorder): Promise<void> {
  await page.getByTestId('choose-ridge').click();
  await page.goto(url);
  await hydrated(page);
  await expect(page.getByTestId('hero')).toHaveAttribute('data-variation', 'trail-story');
}

async function post(
  visitorId: string,
  body: unknown,
  { url }: Pick<RunningApp, 'url'> = app,
): Promise<[status: number, answer: unknown]> {
  const response = await browserFetch(`${url}/api/convert/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie: `cv_vid=${visitorId}`, origin: url },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const answer = await response.text();
  said.push(answer, JSON.stringify([...response.headers]));
  // Receipts name events by their position; nobody is named.
  expect(answer).not.toContain(visitorId);
  return [response.status, JSON.parse(answer)];
}

async function inParallel<Result>(times: number, run: () => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  let started = 0;
  const worker = async () => {
    while (started++ < times) results.push(await run());
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

/** What a process has in memory. */
async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}
