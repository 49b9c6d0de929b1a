import type { DataStore } from '@convert-fullstack/core';
import { describe, expect, it } from 'vitest';
import { errorOf } from './support/errors.ts';
import { ManualClock, settled } from './support/manual-clock.ts';
import { AsyncStore, bench, fetchedBench, MemoryStore } from './support/ports.ts';
import { shop, storeKey } from './support/project.ts';

const KEY = storeKey('visitor-1');
const written = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 100));

describe('a store that answers later', () => {
  it('is refused by createContext, which says what to use', () => {
    const { core } = bench(shop(), { dataStore: new AsyncStore() });
    expect(errorOf(() => core.createContext('visitor-1'))).toMatch(
      /^async_store: .*await core\.loadContext\(visitorId\)/,
    );
  });

  it('whose refused answer fails does not fail the process', async () => {
    const { core } = bench(shop(), { dataStore: { get: () => Promise.reject(new Error('down')), set: () => {} } });
    expect(errorOf(() => core.createContext('visitor-1'))).toContain('async_store');
    await settled();
  });

  it('carries the visitor over with loadContext', async () => {
    const dataStore = new AsyncStore();
    const { core } = bench(shop(), { dataStore });
    const context = await core.loadContext('visitor-1', { country: 'DE' });
    context.setAttributes({ plan: 'pro' });
    const decided = context.runExperiences();
    context.trackConversion('purchase');
    await written();
    expect(dataStore.kept.get(KEY)).toMatchObject({
      attributes: { country: 'DE', plan: 'pro' },
      bucketing: { '20': '201' },
      goals: { '50': true },
    });
    const again = await core.loadContext('visitor-1');
    expect(again.attributes).toEqual({ country: 'DE', plan: 'pro' });
    expect(again.runExperiences()).toEqual(decided);
    expect(again.trackConversion('purchase').status).toBe('deduplicated');
  });

  it('loses no write of contexts that run at the same time', async () => {
    const dataStore = new AsyncStore();
    const { core } = bench(shop(), { dataStore });
    const contexts = await Promise.all(Array.from({ length: 20 }, () => core.loadContext('visitor-1')));
    for (const [at, context] of contexts.entries()) {
      context.setAttributes({ [`a${at}`]: at });
      context.setSegments({ [`s${at}`]: at });
    }
    contexts[0]?.runExperience('hero');
    contexts[1]?.runExperience('checkout');
    contexts[2]?.trackConversion('purchase');
    contexts[3]?.trackConversion('signup');
    await written();
    await written();
    await written();
    const record = dataStore.kept.get(KEY);
    expect(Object.keys(record?.attributes ?? {})).toHaveLength(20);
    expect(Object.keys(record?.segments ?? {})).toHaveLength(20);
    expect(Object.keys(record?.bucketing ?? {}).sort()).toEqual(['10', '20']);
    expect(record?.goals).toEqual({ '50': true, '51': true });
  });

  it('loses no write when two processes take turns', async () => {
    const kept = new MemoryStore();
    const [one, two] = [bench(shop(), { dataStore: kept }).core, bench(shop(), { dataStore: kept }).core];
    const [first, second] = [one.createContext('visitor-1'), two.createContext('visitor-1')];
    first.setAttributes({ a: 1 });
    second.setAttributes({ b: 2 });
    first.runExperience('hero');
    second.trackConversion('purchase');
    expect(kept.get(KEY)).toMatchObject({ attributes: { a: 1, b: 2 }, goals: { '50': true } });
    expect(Object.keys(kept.get(KEY)?.bucketing ?? {})).toEqual(['10']);
  });
});

describe('a slow store', () => {
  const never: DataStore = { get: () => new Promise(() => {}), set: () => new Promise(() => {}) };

  it('delays a context by half a second at most, which then decides as without a store', async () => {
    const clock = new ManualClock();
    const { core, logger } = bench(shop(), { dataStore: never, clock });
    let context: Awaited<ReturnType<typeof core.loadContext>> | null = null;
    const loading = core.loadContext('visitor-1').then((loaded) => {
      context = loaded;
    });
    await clock.advance(499);
    expect(context).toBeNull();
    await clock.advance(1);
    await loading;
    expect(context).not.toBeNull();
    expect((context as unknown as Awaited<ReturnType<typeof core.loadContext>>).runExperiences()).toEqual(
      bench(shop()).core.createContext('visitor-1').runExperiences(),
    );
    expect(logger.warnings).toHaveLength(1);
  });

  it('that answers in time leaves no timer behind', async () => {
    const clock = new ManualClock();
    const { core } = bench(shop(), { dataStore: new MemoryStore(), clock });
    await core.loadContext('visitor-1');
    await core.loadContext('visitor-2');
    expect(clock.timers).toBe(0);
  });

  it('loses nothing of a visitor whose record came too late', async () => {
    const clock = new ManualClock();
    const kept = new MemoryStore();
    kept.set(KEY, { attributes: { plan: 'pro' }, goals: { '51': true }, bucketing: { '20': '201' } });
    let answer = (): void => {};
    const slow = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const dataStore: DataStore = {
      get: async (key) => {
        await slow;
        return kept.get(key);
      },
      set: async (key, record) => kept.set(key, record),
    };
    const { core } = bench(shop(), { dataStore, clock });
    const loading = core.loadContext('visitor-1');
    await clock.advance(500);
    const context = await loading;
    context.setAttributes({ beta: true });
    context.trackConversion('purchase');
    answer();
    await settled();
    await settled();
    expect(kept.get(KEY)).toMatchObject({
      attributes: { plan: 'pro', beta: true },
      goals: { '50': true, '51': true },
      bucketing: { '20': '201' },
    });
  });
});

describe('a store that rejects', () => {
  it('decides as without a store, with one warning', async () => {
    const dataStore: DataStore = {
      get: () => Promise.reject(new Error('down')),
      set: () => Promise.reject(new Error('down')),
    };
    const { core, logger } = bench(shop(), { dataStore });
    for (let visitor = 0; visitor < 10; visitor++) {
      const context = await core.loadContext(`visitor-${visitor}`);
      expect(context.runExperiences()).toHaveLength(2);
    }
    await settled();
    expect(logger.warnings).toHaveLength(1);
  });
});

it('loadContext works without a store and before the config is there', async () => {
  const memory = bench(shop()).core;
  (await memory.loadContext('visitor-1')).setAttributes({ plan: 'pro' });
  expect((await memory.loadContext('visitor-1')).attributes).toEqual({ plan: 'pro' });
  const { core } = fetchedBench({ dataStore: new AsyncStore() });
  expect((await core.loadContext('visitor-1')).runExperiences()).toEqual([]);
});
