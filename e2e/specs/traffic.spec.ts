import { once } from 'node:events';
import { connect } from 'node:net';
import type { RelayBatch } from '@convert-fullstack/core/bridge';
import { startEmulator, type VisitorHistory } from '@convert-fullstack/emulator';
import { expect, test } from '@playwright/test';
import { EMULATOR, FIXTURE_APP, STOREFRONT } from '../support/addresses.ts';
import { startFlakyCollector } from '../support/flaky-collector.ts';
import { bundlePage } from '../support/page-life.ts';
import { scriptedBrowser } from '../support/scripted-browser.ts';
import { randomOf } from '../support/scripted-random.ts';
import { trafficInTabs, trafficOverHttp } from '../support/traffic.ts';
import { differences, openBook, type TrafficBook } from '../support/traffic-book.ts';
import { type Moment, openTrafficShop } from '../support/traffic-shop.ts';

const SEED = process.env.TRAFFIC_SEED ?? 'fernhollow';
const OVER_HTTP = { visits: 1_940, visitors: 600, atOnce: 12 };
const IN_TABS = { visits: 60, visitors: 20, atOnce: 3 };
/** After so many visits, the server is asked to stop in the middle of the next of these. */
const STOPS: ReadonlyMap<number, Moment> = new Map([
  [200, 'order'],
  [700, 'webhook'],
  [1_100, 'lost answer'],
  [1_500, 'last visit'],
]);

const toClose: (() => Promise<void>)[] = [];
test.afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
});

test('the collector counts what 2,000 visits saw and did, visitor by visitor', async ({ browser }) => {
  test.setTimeout(600_000);
  const emulator = await startEmulator();
  toClose.push(emulator.close);
  const collector = await startFlakyCollector(emulator.trackUrl, randomOf(SEED, 'collector'));
  toClose.push(collector.close);
  const random = randomOf(SEED, 'server');
  const addresses = { configUrl: emulator.configUrl, trackUrl: collector.trackUrl };
  const shop = await openTrafficShop(addresses, () => random.below(30));
  toClose.push(shop.stop);
  let visits = 0;
  const onVisit = () => {
    visits += 1;
    const moment = STOPS.get(visits);
    if (moment) shop.restartAt(moment);
  };
  const traffic = { seed: SEED, shop, browser, onVisit };
  const books = await Promise.all([trafficOverHttp(OVER_HTTP, traffic), trafficInTabs(IN_TABS, traffic)]);
  // Whatever the server has taken over is delivered before it ends.
  await shop.stop();

  expect(differences(books.flat(), emulator.visitors()), `TRAFFIC_SEED=${SEED}`).toEqual([]);
  expect(emulator.rejected()).toEqual([]);
  expect(emulator.discarded()).toEqual([]);
  expect([...shop.restarts()].sort()).toEqual([...STOPS.values()].sort());
  expect(collector.failed() / (collector.failed() + collector.forwarded())).toBeCloseTo(1 / 3, 1);
});

test('the shop ends although a browser holds a connection that it does not use', async () => {
  const emulator = await startEmulator();
  toClose.push(emulator.close);
  const shop = await openTrafficShop(emulator, () => 0);
  const connection = connect(Number(new URL(shop.url).port), 'localhost').on('error', () => {});
  toClose.push(async () => void connection.destroy());
  await once(connection, 'connect');
  // Next.js listens to signals a moment after it has said that it is ready.
  await fetch(`${shop.url}/icon.svg`);
  await shop.stop();
});

test.describe('the comparison', () => {
  const shop = { url: STOREFRONT, webhookSecret: null, reached: () => {} };
  const plan = { visits: 30, visitors: 15, atOnce: 3 };

  test('finds nothing when nothing is lost', async () => {
    const books = await trafficOverHttp(plan, { seed: ownSeed(), shop });
    await expect.poll(() => differencesNow(books), { timeout: 15_000 }).toEqual([]);
  });

  test('names the visitors whose events a relay has dropped', async () => {
    const losers = new Set<string>();
    const books = await trafficOverHttp(plan, { seed: ownSeed(), shop, fetch: droppingEvery(3, losers) });
    const namesOf = (lines: readonly string[]) => [...new Set(lines.map((line) => line.split(':')[0]))];
    const expected = books.filter(({ visitorId }) => losers.has(visitorId ?? '')).map(({ name }) => name);
    expect(expected).not.toEqual([]);
    await expect.poll(async () => namesOf(await differencesNow(books)), { timeout: 15_000 }).toEqual(expected);
  });

  for (const keepsBatchIds of [true, false]) {
    const found = keepsBatchIds ? 'nothing' : 'the second count';
    const id = keepsBatchIds ? 'its id' : 'a new id';
    test(`finds ${found} when a batch whose answer was lost is sent again under ${id}`, async () => {
      const way = keepsBatchIds ? {} : { fetch: underNewIds() };
      const browser = scriptedBrowser({ url: FIXTURE_APP, startPage: await bundlePage(), ...way });
      const book = openBook('visitor');
      const tab = await browser.open('/pricing/mounting');
      book.is(browser.cookies.get('cv_vid') ?? '');
      book.did('add-to-cart', { amount: 5 });
      browser.loseNextAnswer();
      tab.convert('add-to-cart', { revenue: 5, forceMultiple: true });
      await tab.delivered();
      // Sent last, so that nothing is under way any more when it has been counted.
      book.did('newsletter-signup');
      tab.convert('newsletter-signup');
      await tab.delivered();
      const surplus = 'visitor: counted without reason: goal add-to-cart (amount 5)';
      await expect.poll(() => differencesNow([book])).toEqual(keepsBatchIds ? [] : [surplus]);
    });
  }

  test('names what is missing, what is too much, and whom nobody knows', () => {
    const book = openBook('visitor 7');
    book.is('a');
    book.saw({ experienceKey: 'home-hero', variationKey: 'original' });
    book.ordered({ amount: 24 });
    const exposure = { receivedAt: '', experienceKey: 'home-hero', variationKey: 'original' };
    const order = { receivedAt: '', goalKey: 'purchase', values: { amount: 42 }, credited: {} };
    const histories = [
      { visitorId: 'a', exposures: [exposure, exposure], conversions: [order] },
      { visitorId: 'b', exposures: [exposure], conversions: [] },
    ];
    expect(differences([book], histories)).toEqual([
      'visitor 7: not counted: goal purchase (amount 24)',
      'visitor 7: counted without reason: home-hero: original | goal purchase (amount 42)',
      'somebody whom the script does not know: home-hero: original',
    ]);
  });
});

/** The emulator is everybody's: each run needs visitors of its own. */
function ownSeed(): string {
  const { title, repeatEachIndex } = test.info();
  return [SEED, title, repeatEachIndex].join(' ');
}

/** Between these visitors and what the emulator has counted for them so far. */
async function differencesNow(books: readonly TrafficBook[]): Promise<string[]> {
  const response = await fetch(`${EMULATOR}/api/visitors`);
  const histories: VisitorHistory[] = await response.json();
  const ids = new Set(books.map(({ visitorId }) => visitorId));
  return differences(
    books,
    histories.filter(({ visitorId }) => ids.has(visitorId)),
  );
}

/** A way to a relay that takes every batch over and drops some; the ids of the visitors who sent those go to `losers`. */
function droppingEvery(nth: number, losers: Set<string>): typeof fetch {
  const known = new Map<string, number>();
  return async (input, init) => {
    if (!String(input).endsWith('/events')) return fetch(input, init);
    const { id, visitor, events }: RelayBatch = JSON.parse(String(init?.body));
    // Sent again, it is dropped again.
    const place = known.get(id ?? '') ?? known.size + 1;
    known.set(id ?? '', place);
    if (place % nth !== 0) return fetch(input, init);
    losers.add(visitor ?? '');
    return Response.json({ accepted: events.length, rejected: [] }, { status: 202 });
  };
}

/** A way to a relay that is never told of the same batch twice. */
function underNewIds(): typeof fetch {
  let sent = 0;
  return (input, init) => {
    if (!String(input).endsWith('/events')) return fetch(input, init);
    sent += 1;
    const batch = { ...JSON.parse(String(init?.body)), id: `sent${sent}`.padEnd(16, '0') };
    return fetch(input, { ...init, body: JSON.stringify(batch) });
  };
}
