import { startEmulator, type VisitorHistory } from '@convert-fullstack/emulator';
import { expect, test } from '@playwright/test';
import { EMULATOR, FIXTURE_APP, STOREFRONT } from '../support/addresses.ts';
import { startFlakyCollector } from '../support/flaky-collector.ts';
import { scriptedBrowser } from '../support/scripted-browser.ts';
import { randomOf } from '../support/scripted-random.ts';
import { trafficInTabs, trafficOverHttp } from '../support/traffic.ts';
import { differences, openBook, type TrafficBook } from '../support/traffic-book.ts';
import { openTrafficShop } from '../support/traffic-shop.ts';

const SEED = process.env.TRAFFIC_SEED ?? 'fernhollow';
const OVER_HTTP = { visits: 1_900, visitors: 600, atOnce: 6 };
const IN_TABS = { visits: 100, visitors: 20, atOnce: 2 };
/** The server is restarted after so many visits. */
const RESTARTS = [650, 1_300];

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
  const shop = await openTrafficShop({ configUrl: emulator.configUrl, trackUrl: collector.trackUrl });
  toClose.push(shop.stop);
  const restarts: Promise<void>[] = [];
  let visits = 0;
  const onVisit = () => {
    visits += 1;
    if (RESTARTS.includes(visits)) restarts.push(shop.restart());
  };
  const traffic = { seed: SEED, shop, browser, onVisit };
  const books = await Promise.all([trafficOverHttp(OVER_HTTP, traffic), trafficInTabs(IN_TABS, traffic)]);
  await Promise.all(restarts);
  // Whatever the server has taken over is delivered before it ends.
  await shop.stop();

  expect(differences(books.flat(), emulator.visitors()), `TRAFFIC_SEED=${SEED}`).toEqual([]);
  expect(emulator.rejected()).toEqual([]);
  expect(emulator.discarded()).toEqual([]);
  expect(restarts).toHaveLength(RESTARTS.length);
  expect(collector.failed() / (collector.failed() + collector.forwarded())).toBeCloseTo(1 / 3, 1);
});

test.describe('the comparison', () => {
  const shop = { url: STOREFRONT, webhookSecret: null, steadily: <Result>(run: () => Promise<Result>) => run() };
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
      const random = randomOf(ownSeed());
      const browser = scriptedBrowser({ url: FIXTURE_APP, random, keepsBatchIds });
      const book = openBook('visitor');
      await browser.open('/pricing/mounting');
      book.is(browser.cookies.get('cv_vid') ?? '');
      book.did('add-to-cart', { amount: 5 });
      browser.convert('add-to-cart', { revenue: 5, forceMultiple: true });
      await browser.deliverUnheard();
      await browser.deliver();
      // Sent last, so that nothing is under way any more when it has been counted.
      book.did('newsletter-signup');
      browser.convert('newsletter-signup');
      await browser.deliver();
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
  let batches = 0;
  return async (input, init) => {
    if (!String(input).endsWith('/events')) return fetch(input, init);
    batches += 1;
    if (batches % nth !== 0) return fetch(input, init);
    const { visitor, events }: { visitor: string; events: readonly unknown[] } = JSON.parse(String(init?.body));
    losers.add(visitor);
    return Response.json({ accepted: events.length, rejected: [] }, { status: 202 });
  };
}
