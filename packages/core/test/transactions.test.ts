import type { DataStore, StoredVisitor } from '@convert-fullstack/core';
import { describe, expect, it } from 'vitest';
import { settled } from './support/manual-clock.ts';
import { AsyncStore, bench, MemoryStore } from './support/ports.ts';
import { shop, storeKey } from './support/project.ts';

const KEY = storeKey('visitor-1');
const order = (transactionId: string | number, more: object = {}) => ({
  revenue: 5,
  conversionData: { transactionId },
  forceMultiple: true,
  ...more,
});

describe('an order', () => {
  it('counts once, other orders of the visitor count too', async () => {
    const { core, transport } = bench(shop());
    const context = core.createContext('visitor-1');
    const statuses = ['t-1', 't-2', 't-1', 't-2', 't-3'].map(
      (id) => context.trackConversion('purchase', order(id)).status,
    );
    expect(statuses).toEqual(['queued', 'queued', 'deduplicated', 'deduplicated', 'queued']);
    await core.flush();
    expect(transport.events).toHaveLength(3);
  });

  it('that counted without force is not counted with it', () => {
    const context = bench(shop()).core.createContext('visitor-1');
    expect(context.trackConversion('purchase', order('t-1', { forceMultiple: false })).status).toBe('queued');
    expect(context.trackConversion('purchase', order('t-1')).status).toBe('deduplicated');
    expect(context.trackConversion('purchase', order('t-2')).status).toBe('queued');
    expect(context.trackConversion('purchase', order('t-3', { forceMultiple: false })).status).toBe('deduplicated');
    expect(context.trackConversion('purchase', order('t-3')).status).toBe('queued');
  });

  it('is the same however its id is spelled, with other revenue, and in another context', () => {
    const { core } = bench(shop());
    const track = (options: object) => core.createContext('visitor-1').trackConversion('purchase', options).status;
    expect(track(order(7))).toBe('queued');
    expect(track(order('7'))).toBe('deduplicated');
    expect(track({ conversionData: { transaction_id: '7' }, forceMultiple: true })).toBe('deduplicated');
    expect(track(order(7, { revenue: 900 }))).toBe('deduplicated');
    expect(track(order('07'))).toBe('queued');
  });

  it('is one of a visitor and of a goal', () => {
    const { core } = bench(shop());
    for (const visitorId of ['visitor-1', 'visitor-2']) {
      for (const goal of ['purchase', 'signup']) {
        expect(core.createContext(visitorId).trackConversion(goal, order('t-1')).status).toBe('queued');
        expect(core.createContext(visitorId).trackConversion(goal, order('t-1')).status).toBe('deduplicated');
      }
    }
  });

  it('without an id can be any order', () => {
    const context = bench(shop()).core.createContext('visitor-1');
    for (let round = 0; round < 3; round++) {
      expect(context.trackConversion('purchase', order('')).status).toBe('queued');
      expect(context.trackConversion('purchase', { revenue: 5, forceMultiple: true }).status).toBe('queued');
    }
  });

  it('is recognised among the latest twenty of the visitor', () => {
    const { core } = bench(shop());
    const track = (at: number) => core.createContext('visitor-1').trackConversion('purchase', order(`t-${at}`)).status;
    for (let at = 0; at < 25; at++) expect(track(at)).toBe('queued');
    for (let at = 5; at < 25; at++) expect(track(at)).toBe('deduplicated');
    expect(track(4)).toBe('queued');
  });

  it('that is refused because of its data is not remembered', () => {
    const context = bench(shop()).core.createContext('visitor-1');
    expect(() => context.trackConversion('purchase', order('t-1', { revenue: Number.NaN }))).toThrow();
    expect(context.trackConversion('purchase', order('t-1')).status).toBe('queued');
  });

  it('with an endless id takes little room', () => {
    const dataStore = new MemoryStore();
    const context = bench(shop(), { dataStore }).core.createContext('visitor-1');
    const long = 'x'.repeat(60_000);
    expect(context.trackConversion('purchase', order(long)).status).toBe('queued');
    expect(context.trackConversion('purchase', order(`${long}y`)).status).toBe('queued');
    expect(context.trackConversion('purchase', order(long)).status).toBe('deduplicated');
    expect(dataStore.texts.get(KEY)?.length).toBeLessThan(300);
  });
});

describe('in a store, orders', () => {
  it('are kept beside the rest of the record, the latest last', () => {
    const dataStore = new MemoryStore();
    dataStore.set(KEY, { locations: ['home'], transactions: ['50:t-0'], goals: { '50': true } });
    const context = bench(shop(), { dataStore }).core.createContext('visitor-1');
    expect(context.trackConversion('purchase', order('t-0')).status).toBe('deduplicated');
    for (let at = 1; at <= 22; at++) context.trackConversion('purchase', order(`t-${at}`));
    const { transactions, ...rest } = dataStore.get(KEY) ?? {};
    expect(transactions).toEqual(Array.from({ length: 20 }, (_, at) => `50:t-${at + 3}`));
    expect(rest).toMatchObject({ locations: ['home'], goals: { '50': true } });
  });

  it('are none in records of visitors who never had one', () => {
    const dataStore = new MemoryStore();
    bench(shop(), { dataStore }).core.createContext('visitor-1').trackConversion('purchase', { revenue: 5 });
    expect(dataStore.get(KEY)).not.toHaveProperty('transactions');
  });

  it('are recognised by another process', async () => {
    for (const dataStore of [new MemoryStore(), new AsyncStore()]) {
      const track = async () => {
        const context = await bench(shop(), { dataStore }).core.loadContext('visitor-1');
        const { status } = context.trackConversion('purchase', order('t-1'));
        await new Promise((resolve) => setTimeout(resolve, 20));
        return status;
      };
      expect([await track(), await track()]).toEqual(['queued', 'deduplicated']);
    }
  });

  it('of two processes that take turns are all kept', () => {
    const dataStore = new MemoryStore();
    const [one, two] = [bench(shop(), { dataStore }).core, bench(shop(), { dataStore }).core];
    for (let at = 0; at < 6; at++) {
      const core = at % 2 === 0 ? one : two;
      core.createContext('visitor-1').trackConversion('purchase', order(`t-${at}`));
    }
    for (const core of [one, two]) {
      for (let at = 0; at < 6; at++) {
        expect(core.createContext('visitor-1').trackConversion('purchase', order(`t-${at}`)).status).toBe(
          'deduplicated',
        );
      }
    }
  });

  it.each<[string, unknown]>([
    ['a string', '50:t-1'],
    ['an object', { '50:t-1': true }],
    ['numbers', [50, null, {}, ['50:t-1']]],
    ['null', null],
  ])('that are %s are none', async (_name, transactions) => {
    const record = { transactions } as unknown as StoredVisitor;
    const kept = new Map([[KEY, record]]);
    const dataStore: DataStore = { get: (key) => kept.get(key), set: (key, value) => void kept.set(key, value) };
    const { core, transport } = bench(shop(), { dataStore });
    expect(core.createContext('visitor-1').trackConversion('purchase', order('t-1')).status).toBe('queued');
    expect(kept.get(KEY)?.transactions).toEqual(['50:t-1']);
    await core.flush();
    await settled();
    expect(transport.events).toHaveLength(1);
  });

  it('by the million are cut to the latest twenty', () => {
    const dataStore = new MemoryStore();
    dataStore.set(KEY, { transactions: Array.from({ length: 100_000 }, (_, at) => `50:t-${at}`) });
    const context = bench(shop(), { dataStore }).core.createContext('visitor-1');
    expect(context.trackConversion('purchase', order('t-99999')).status).toBe('deduplicated');
    expect(context.trackConversion('purchase', order('t-0')).status).toBe('queued');
    expect(dataStore.get(KEY)?.transactions).toHaveLength(20);
  });
});
