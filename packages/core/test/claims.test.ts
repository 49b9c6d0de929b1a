import type { Core, CoreOptions, DataStore, StoredVisitor } from '@convert-fullstack/core';
import { describe, expect, it } from 'vitest';
import { ManualClock, settled } from './support/manual-clock.ts';
import { bench, fetchedBench, type MemoryTransport } from './support/ports.ts';
import { arms, experience, project, shop, storeKey } from './support/project.ts';

const KEY = storeKey('visitor-1');

/** A store whose records nobody finds again, as when every process reads before any has written. */
class BlindStore implements DataStore {
  readonly added = new Set<string>();
  readonly asked: string[] = [];

  get(): StoredVisitor | null {
    return null;
  }

  set(): void {}

  add(key: string): boolean {
    this.asked.push(key);
    const isFirst = !this.added.has(key);
    this.added.add(key);
    return isFirst;
  }
}

/** The same over a connection. */
class DistantStore implements DataStore {
  readonly near = new BlindStore();
  /** Answers are held back until this resolves. */
  open: Promise<void> = Promise.resolve();

  async get(): Promise<null> {
    return null;
  }

  async set(): Promise<void> {}

  async add(key: string): Promise<boolean> {
    const isFirst = this.near.add(key);
    await this.open;
    return isFirst;
  }
}

const processes = (dataStore: DataStore, options: Partial<CoreOptions> = {}) =>
  Array.from({ length: 4 }, () => bench(shop(), { dataStore, ...options }));

const dataOf = (...transports: readonly MemoryTransport[]) =>
  transports.flatMap(({ events }) => events.map(({ event }) => event.data));

async function flushed(all: readonly { readonly core: Core; readonly transport: MemoryTransport }[]) {
  await Promise.all(all.map(({ core }) => core.flush()));
  return dataOf(...all.map(({ transport }) => transport));
}

const stores: [string, () => DataStore & { readonly near?: BlindStore }][] = [
  ['at once', () => new BlindStore()],
  ['later', () => new DistantStore()],
];

describe.each(stores)('processes whose store says %s who is first', (_when, createStore) => {
  it('count an exposure once', async () => {
    const all = processes(createStore());
    for (const { core } of all) (await core.loadContext('visitor-1')).runExperience('checkout');
    expect(await flushed(all)).toEqual([{ experienceId: '20', variationId: '201' }]);
  });

  it('count what the browser reports to several of them once', async () => {
    const all = processes(createStore());
    for (const { core } of all) {
      (await core.loadContext('visitor-1')).expose({ experienceId: '20', variationId: '201' });
    }
    expect(await flushed(all)).toHaveLength(1);
  });

  it('count a goal once, and once for each visitor', async () => {
    const all = processes(createStore());
    for (const visitorId of ['visitor-1', 'visitor-2']) {
      for (const { core } of all) (await core.loadContext(visitorId)).trackConversion('purchase', { revenue: 5 });
    }
    expect(await flushed(all)).toHaveLength(2);
  });

  it('count an order once, whoever reports it and with or without force', async () => {
    const all = processes(createStore());
    for (const [at, { core }] of all.entries()) {
      const context = await core.loadContext('visitor-1');
      for (const transactionId of ['order-1', 'order-2']) {
        const forceMultiple = at > 0 || transactionId === 'order-2';
        context.trackConversion('purchase', { revenue: 5, conversionData: { transactionId }, forceMultiple });
      }
    }
    const orders = (await flushed(all)).map((data) => 'goalData' in data && data.goalData?.[1]?.value);
    expect(orders.sort()).toEqual(['order-1', 'order-2']);
  });

  it('count a goal that was forced elsewhere as reached', async () => {
    const [one, two] = processes(createStore());
    if (one === undefined || two === undefined) throw new Error('no processes');
    (await one.core.loadContext('visitor-1')).trackConversion('purchase', { revenue: 5, forceMultiple: true });
    await one.core.flush();
    (await two.core.loadContext('visitor-1')).trackConversion('purchase', { revenue: 5 });
    expect(await flushed([one, two])).toHaveLength(1);
  });

  it('count every forced conversion without a transaction', async () => {
    const all = processes(createStore());
    for (const { core } of all) {
      (await core.loadContext('visitor-1')).trackConversion('purchase', { revenue: 5, forceMultiple: true });
    }
    expect(await flushed(all)).toHaveLength(4);
  });

  it('count an order that did not count without force, when it comes again with force', async () => {
    const [one, two] = processes(createStore());
    if (one === undefined || two === undefined) throw new Error('no processes');
    const order = (transactionId: string) => ({ revenue: 5, conversionData: { transactionId } });
    (await one.core.loadContext('visitor-1')).trackConversion('purchase', order('order-1'));
    await one.core.flush();
    const context = await two.core.loadContext('visitor-1');
    context.trackConversion('purchase', order('order-2'));
    expect(await flushed([one, two])).toHaveLength(1);
    context.trackConversion('purchase', { ...order('order-2'), forceMultiple: true });
    expect(await flushed([one, two])).toHaveLength(2);
  });

  it('count a variation once, also when the visitor goes back to it', async () => {
    const dataStore = createStore();
    const config = (shares: number[]) =>
      project({
        experiences: [experience('10', 'e', { variations: arms('10', shares).filter((_, at) => shares[at]) })],
      });
    const all = [
      [100, 0],
      [0, 100],
      [100, 0],
      [0, 100],
    ].map((shares) => bench(config(shares), { dataStore }));
    for (const { core } of all) (await core.loadContext('visitor-1')).runExperience('e');
    expect(await flushed(all)).toEqual([
      { experienceId: '10', variationId: '101' },
      { experienceId: '10', variationId: '102' },
    ]);
  });

  it('count somebody who was forgotten as before: what was claimed stays claimed', async () => {
    const all = processes(createStore());
    for (const { core } of all) {
      (await core.loadContext('visitor-1')).runExperience('checkout');
      await core.flush();
      await core.forget('visitor-1');
    }
    expect(await flushed(all)).toHaveLength(1);
  });
});

it('processes whose store cannot tell who is first count for themselves when they do not see each other', async () => {
  const store = new BlindStore();
  const all = processes({ get: () => store.get(), set: () => store.set() });
  for (const { core } of all) {
    const context = await core.loadContext('visitor-1');
    context.runExperience('checkout');
    context.trackConversion('purchase');
  }
  expect(await flushed(all)).toHaveLength(8);
});

describe('claims', () => {
  it('are made under the visitor’s key, and only for what the record does not know', () => {
    const dataStore = new BlindStore();
    const context = bench(shop(), { dataStore }).core.createContext('visitor-1');
    for (let round = 0; round < 3; round++) {
      context.runExperiences();
      context.runExperience('checkout', { enableTracking: false });
      context.toPayload();
      context.trackConversion('signup');
      context.trackConversion('unknown');
      for (const transactionId of [7, 'order:8']) {
        context.trackConversion('purchase', { conversionData: { transactionId }, forceMultiple: true });
      }
    }
    const hero = context.runExperience('hero')?.variationId;
    expect(dataStore.asked).toEqual([
      `${KEY}:exposed:10:${hero}`,
      `${KEY}:exposed:20:201`,
      `${KEY}:goal:51`,
      `${KEY}:goal:50:7`,
      `${KEY}:goal:50`,
      `${KEY}:goal:50:order:8`,
    ]);
  });

  it('of orders with endless ids have short keys that differ', () => {
    const dataStore = new BlindStore();
    const context = bench(shop(), { dataStore }).core.createContext('visitor-1');
    const long = 'x'.repeat(50_000);
    for (const transactionId of [long, `${long}y`, long]) {
      context.trackConversion('purchase', { conversionData: { transactionId }, forceMultiple: true });
    }
    const keys = dataStore.asked.filter((key) => key !== `${KEY}:goal:50`);
    expect(new Set(keys).size).toBe(2);
    for (const key of keys) expect(key.length).toBeLessThan(KEY.length + 40);
  });

  it('are not made for previews, with tracking off, and before there is a config', async () => {
    const dataStore = new BlindStore();
    const { core } = bench(shop(), { dataStore });
    const context = core.createContext('visitor-1');
    await context.setPreview({ experienceId: '10', variationId: '102' });
    context.runExperiences();
    context.trackConversion('purchase');
    core.setTracking('off');
    core.createContext('visitor-2').runExperiences();
    core.createContext('visitor-2').trackConversion('purchase');
    const waiting = fetchedBench({ dataStore }).core.createContext('visitor-3');
    waiting.runExperiences();
    waiting.trackConversion('purchase');
    expect(dataStore.asked).toEqual([]);
  });
});

describe('the outcome of a conversion', () => {
  it('is exact when the store answers at once', () => {
    const [one, two] = processes(new BlindStore());
    const track = (core?: Core) => core?.createContext('visitor-1').trackConversion('purchase').status;
    expect([track(one?.core), track(one?.core), track(two?.core)]).toEqual(['queued', 'deduplicated', 'deduplicated']);
  });

  it('is hoped for when the store answers later, and announced when it is sure', async () => {
    const heard: unknown[] = [];
    const all = processes(new DistantStore());
    for (const { core } of all) {
      core.on('conversion', (payload) => heard.push(payload));
      expect((await core.loadContext('visitor-1')).trackConversion('purchase').status).toBe('queued');
    }
    await flushed(all);
    expect(heard).toEqual([{ visitorId: 'visitor-1', goalKey: 'purchase' }]);
  });
});

describe('an event whose claim is under way', () => {
  const stalled = () => {
    const dataStore = new DistantStore();
    let answer = (): void => {};
    dataStore.open = new Promise((resolve) => {
      answer = resolve;
    });
    return { dataStore, answer: () => answer() };
  };

  it('is waited for by flush()', async () => {
    const { dataStore, answer } = stalled();
    const { core, transport } = bench(shop(), { dataStore });
    (await core.loadContext('visitor-1')).runExperience('checkout');
    let isFlushed = false;
    const flushing = core.flush().then(() => {
      isFlushed = true;
    });
    await settled();
    expect([isFlushed, transport.sent.length]).toEqual([false, 0]);
    answer();
    await flushing;
    expect(transport.events).toHaveLength(1);
  });

  it('keeps its place among the events of its visitor and holds up nobody else', async () => {
    const { dataStore, answer } = stalled();
    const near = dataStore.near;
    const { core, transport } = bench(shop(), {
      dataStore: { ...neverFound, add: (key) => (key.includes('exposed:20') ? dataStore.add(key) : near.add(key)) },
    });
    const context = core.createContext('visitor-1');
    context.runExperience('checkout');
    context.runExperience('hero');
    context.trackConversion('purchase');
    core.createContext('visitor-2').runExperience('hero');
    const flushing = core.flush();
    answer();
    await flushing;
    const order = transport.events.map(({ visitorId, event: { data } }) => [
      visitorId,
      'goalId' in data ? data.goalId : data.experienceId,
    ]);
    // A request groups events by visitor, in the order of each one's first.
    expect(order).toEqual([
      ['visitor-2', '10'],
      ['visitor-1', '20'],
      ['visitor-1', '10'],
      ['visitor-1', '50'],
    ]);
  });

  it('is dropped with the others when tracking is switched off', async () => {
    const { dataStore, answer } = stalled();
    const { core, transport } = bench(shop(), { dataStore });
    (await core.loadContext('visitor-1')).runExperiences();
    core.setTracking('off');
    core.setTracking('on');
    answer();
    await settled();
    await core.flush();
    expect(transport.sent).toEqual([]);
  });

  it('is kept back with the others while tracking is on hold', async () => {
    const { dataStore, answer } = stalled();
    const { core, transport } = bench(shop(), { dataStore });
    (await core.loadContext('visitor-1')).runExperiences();
    core.setTracking('hold');
    answer();
    await core.flush();
    expect(transport.sent).toEqual([]);
    core.setTracking('on');
    await core.flush();
    expect(transport.events).toHaveLength(2);
  });
});

const neverFound = { get: () => null, set: () => {} };
const down = (): never => {
  throw new Error('canary: the address of the store');
};

const failing: [string, NonNullable<DataStore['add']>][] = [
  ['throws', down],
  ['rejects', async () => down()],
  ['says nothing', (() => {}) as never],
  ['promises nothing', (async () => null) as never],
  ['answers with something else', (() => 'OK') as never],
];

describe('a store that cannot say who is first loses nothing:', () => {
  it.each(failing)('one that %s', async (_how, add) => {
    const { core, transport } = bench(shop(), { dataStore: { ...neverFound, add } });
    const context = core.createContext('visitor-1');
    context.runExperiences();
    expect(context.trackConversion('purchase').status).toBe('queued');
    expect(context.trackConversion('purchase').status).toBe('deduplicated');
    await core.flush();
    expect(transport.events).toHaveLength(3);
  });

  it.each(failing.slice(0, 2))('one that %s is warned about once, without what it said', async (_how, add) => {
    const { core, logger } = bench(shop(), { dataStore: { ...neverFound, add } });
    for (let at = 0; at < 10; at++) core.createContext(`visitor-${at}`).runExperiences();
    await core.flush();
    expect(logger.warnings).toEqual(['The DataStore failed to add; decisions go on without it.']);
    expect(JSON.stringify(logger.records)).not.toMatch(/canary|visitor-/);
  });

  it('one that never answers is waited for half a second', async () => {
    const clock = new ManualClock();
    const dataStore = { ...neverFound, add: () => new Promise<boolean>(() => {}) };
    const { core, transport, logger } = bench(shop(), { dataStore, clock });
    const context = core.createContext('visitor-1');
    context.runExperience('checkout');
    expect(context.trackConversion('purchase').status).toBe('queued');
    const flushing = core.flush();
    await clock.advance(499);
    expect(transport.sent).toEqual([]);
    await clock.advance(1);
    await flushing;
    expect(transport.events).toHaveLength(2);
    expect(logger.warnings).toHaveLength(1);
    expect(clock.timers).toBe(0);
  });
});

it('a store is asked as the object that it is', () => {
  class Own extends BlindStore {
    override add(key: string): boolean {
      return super.add(key);
    }
  }
  const dataStore = new Own();
  bench(shop(), { dataStore }).core.createContext('visitor-1').runExperience('checkout');
  expect(dataStore.added.size).toBe(1);
});
