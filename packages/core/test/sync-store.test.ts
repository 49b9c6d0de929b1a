import type { DataStore, StoredVisitor } from '@convert-fullstack/core';
import { describe, expect, it } from 'vitest';
import { bench, MemoryStore } from './support/ports.ts';
import { shop, storeKey } from './support/project.ts';

const KEY = storeKey('visitor-1');

describe('a visitor record in a store', () => {
  it('has the documented key and shape', () => {
    const dataStore = new MemoryStore();
    const { core } = bench(shop(), { dataStore });
    const context = core.createContext('visitor-1', { country: 'DE' });
    context.runExperience('checkout');
    context.runExperience('hero', { enableTracking: false });
    context.setAttributes({ plan: 'pro' });
    context.setSegments({ visitorType: 'new' });
    context.runCustomSegments(['germans']);
    context.trackConversion('signup');
    expect([...dataStore.texts.keys()]).toEqual([KEY]);
    const hero = context.runExperience('hero', { enableTracking: false })?.variationId;
    expect(dataStore.get(KEY)).toEqual({
      attributes: { country: 'DE', plan: 'pro' },
      segments: { visitorType: 'new', customSegments: ['60'] },
      bucketing: { '20': '201', '10': hero },
      goals: { '51': true },
      exposed: { '20': '201' },
    });
  });

  it('carries the whole visitor over to another process', async () => {
    const dataStore = new MemoryStore();
    const first = bench(shop(), { dataStore }).core.createContext('visitor-1', { country: 'DE' });
    first.setAttributes({ plan: 'pro' });
    first.setSegments({ visitorType: 'new' });
    first.runCustomSegments(['germans']);
    const decided = first.runExperiences();
    first.trackConversion('signup');
    const { core, transport } = bench(shop(), { dataStore });
    const second = core.createContext('visitor-1');
    expect(second.attributes).toEqual({ country: 'DE', plan: 'pro' });
    expect(second.defaultSegments).toEqual({ visitorType: 'new', customSegments: ['60'] });
    expect(second.runExperiences()).toEqual(decided);
    expect(second.trackConversion('signup').status).toBe('deduplicated');
    await core.flush();
    expect(transport.sent).toEqual([]);
  });

  it('keeps fields that this version does not know', () => {
    const dataStore = new MemoryStore();
    const record = {
      locations: ['home'],
      bucketing: { '999': '1' },
      goals: { '888': true },
      segments: { x: 1 },
      v: { deep: [1] },
    };
    dataStore.texts.set(KEY, JSON.stringify(record));
    bench(shop(), { dataStore }).core.createContext('visitor-1').runExperience('checkout');
    expect(dataStore.get(KEY)).toMatchObject({
      ...record,
      bucketing: { '999': '1', '20': '201' },
      exposed: { '20': '201' },
    });
  });

  it('is not written when nothing changed', () => {
    const dataStore = new MemoryStore();
    const writes: string[] = [];
    const counting: DataStore = {
      get: (key) => dataStore.get(key),
      set: (key, record) => {
        writes.push(key);
        dataStore.set(key, record);
      },
    };
    const { core } = bench(shop(), { dataStore: counting });
    const context = core.createContext('visitor-1');
    context.toPayload();
    context.diagnoseExperience('hero');
    context.runExperience('unknown');
    context.trackConversion('unknown');
    expect(writes).toEqual([]);
    context.runExperiences();
    expect(writes).toEqual([KEY]);
    context.runExperiences();
    core.createContext('visitor-1').runExperiences();
    expect(writes).toEqual([KEY]);
  });

  it('with decisions only, as other SDKs write it, counts as reported', async () => {
    const dataStore = new MemoryStore();
    dataStore.set(KEY, { bucketing: { '20': '201' }, goals: { '50': true } });
    const { core, transport } = bench(shop(), { dataStore });
    const context = core.createContext('visitor-1');
    context.runExperience('checkout');
    expect(context.trackConversion('purchase').status).toBe('deduplicated');
    await core.flush();
    expect(transport.sent).toEqual([]);
  });

  it('may have ids that are numbers', () => {
    const dataStore = new MemoryStore();
    dataStore.texts.set(KEY, '{"bucketing":{"10":102}}');
    const { core } = bench(shop(), { dataStore });
    for (const id of ['visitor-1', 'visitor-2', 'visitor-3', 'visitor-4'])
      dataStore.texts.set(storeKey(id), '{"bucketing":{"10":102}}');
    for (const id of ['visitor-1', 'visitor-2', 'visitor-3', 'visitor-4']) {
      expect(core.createContext(id).runExperience('hero')?.variationId).toBe('102');
    }
  });
});

const UNREPORTED = 'A segment has a value that the service does not take; reports go without it.';

const garbage: [name: string, record: unknown, ...warnings: string[]][] = [
  ['null', null],
  ['undefined', undefined],
  ['a string', 'bucketing'],
  ['a list', ['bucketing']],
  ['a number', 7],
  ['an empty record', {}],
  ['fields of wrong types', { attributes: 'x', segments: [1], bucketing: 'y', goals: 7, exposed: null }],
  ['decisions that are none', { bucketing: { '10': {}, '20': null }, exposed: { '10': [], '20': true } }],
  ['segments that are none', { segments: { customSegments: 'sixty' } }, UNREPORTED],
  ['nulls', { attributes: null, segments: null, bucketing: null, goals: null, exposed: null }],
];

describe('a garbage record', () => {
  it.each(garbage)('%s is like none', (_name, record, ...warnings) => {
    const clean = bench(shop()).core.createContext('visitor-1').runExperiences();
    const kept = new Map<string, StoredVisitor>();
    const dataStore: DataStore = {
      get: (key) => kept.get(key) ?? (record as StoredVisitor),
      set: (key, value) => void kept.set(key, value),
    };
    const { core, logger } = bench(shop(), { dataStore });
    const context = core.createContext('visitor-1', { country: 'DE' });
    expect(context.runExperiences()).toEqual(clean);
    expect(context.runCustomSegments(['germans']).matchedSegmentIds).toEqual(['60']);
    expect(context.trackConversion('purchase').status).toBe('queued');
    expect(core.createContext('visitor-1').trackConversion('purchase').status).toBe('deduplicated');
    expect(logger.warnings).toEqual(warnings);
  });
});

describe('a store that throws', () => {
  const broken: DataStore = {
    get() {
      throw new Error('down');
    },
    set() {
      throw new Error('down');
    },
  };

  it('decides as without a store', async () => {
    const { core, transport } = bench(shop(), { dataStore: broken });
    const context = core.createContext('visitor-1', { country: 'DE' });
    expect(context.runExperiences()).toEqual(bench(shop()).core.createContext('visitor-1').runExperiences());
    context.setAttributes({ plan: 'pro' });
    context.setSegments({ country: 'DE' });
    expect(context.runCustomSegments(['germans']).matched).toBe(true);
    expect(context.attributes).toEqual({ country: 'DE', plan: 'pro' });
    expect(context.trackConversion('purchase').status).toBe('queued');
    expect(context.trackConversion('purchase').status).toBe('deduplicated');
    expect((await core.loadContext('visitor-2')).runExperiences()).toHaveLength(2);
    await core.flush();
    expect(transport.events).toHaveLength(5);
  });

  it('is warned about once', async () => {
    const { core, logger } = bench(shop(), { dataStore: broken });
    for (let visitor = 0; visitor < 20; visitor++) {
      core.createContext(`visitor-${visitor}`).runExperiences();
      (await core.loadContext(`visitor-${visitor}`)).runExperiences();
    }
    expect(logger.warnings).toHaveLength(1);
    expect(logger.warnings[0]).toContain('The DataStore failed');
  });

  it('only when writing keeps what it has', () => {
    const kept = new MemoryStore();
    kept.set(KEY, { bucketing: { '10': '102' } });
    const dataStore: DataStore = { get: (key) => kept.get(key), set: broken.set };
    const context = bench(shop(), { dataStore }).core.createContext('visitor-1');
    expect(context.runExperience('hero')?.variationId).toBe('102');
    expect(context.runExperience('checkout')).not.toBeNull();
  });
});
