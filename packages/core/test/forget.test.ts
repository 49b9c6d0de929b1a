import type { DataStore, StoredVisitor } from '@convert-fullstack/core';
import { describe, expect, it } from 'vitest';
import { settled } from './support/manual-clock.ts';
import { AsyncStore, bench, fetchedBench, MemoryStore } from './support/ports.ts';
import { shop, storeKey } from './support/project.ts';

const KEY = storeKey('visitor-1');
const PRO = { plan: 'pro' };

const kinds: [string, () => { dataStore?: DataStore }][] = [
  ['in memory', () => ({})],
  ['in a store', () => ({ dataStore: new MemoryStore() })],
  ['in a store that answers later', () => ({ dataStore: new AsyncStore() })],
];

const written = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

describe.each(kinds)('a visitor who is forgotten, %s', (_kind, options) => {
  it('is somebody unknown from then on', async () => {
    const { core, transport } = bench(shop(), options());
    const context = await core.loadContext('visitor-1');
    context.setAttributes(PRO);
    context.setSegments({ country: 'DE' });
    context.expose({ experienceId: '10', variationId: '101' });
    context.trackConversion('purchase', { conversionData: { transactionId: 't-1' } });
    await core.flush();
    await core.forget('visitor-1');
    const next = await core.loadContext('visitor-1');
    expect([next.attributes, next.defaultSegments]).toEqual([{}, {}]);
    const clean = bench(shop()).core.createContext('visitor-1').runExperiences();
    expect(next.runExperiences()).toEqual(clean);
    expect(next.trackConversion('purchase', { conversionData: { transactionId: 't-1' } }).status).toBe('queued');
    await core.flush();
    expect(transport.events).toHaveLength(2 + 3);
  });

  it('leaves others as they are', async () => {
    const { core } = bench(shop(), options());
    for (const visitorId of ['visitor-1', 'visitor-2']) {
      const context = await core.loadContext(visitorId);
      context.setAttributes(PRO);
      context.trackConversion('purchase');
    }
    await written();
    await core.forget('visitor-1');
    const other = await core.loadContext('visitor-2');
    expect(other.attributes).toEqual(PRO);
    expect(other.trackConversion('purchase').status).toBe('deduplicated');
  });

  it('is not brought back by contexts that still exist, which report nothing more', async () => {
    const { core, transport } = bench(shop(), options());
    const context = await core.loadContext('visitor-1');
    context.setAttributes(PRO);
    const decided = context.runExperience('hero', { enableTracking: false });
    await written();
    await core.forget('visitor-1');
    context.setAttributes({ beta: true });
    context.setSegments({ country: 'DE' });
    expect(context.runExperience('hero')).toBe(decided);
    context.expose({ experienceId: '20', variationId: '201' });
    expect(context.trackConversion('purchase').status).toBe('tracking_off');
    await written();
    await core.flush();
    expect(transport.sent).toEqual([]);
    const next = await core.loadContext('visitor-1');
    expect([next.attributes, next.defaultSegments]).toEqual([{}, {}]);
    expect(next.trackConversion('purchase').status).toBe('queued');
  });

  it('has no events sent that were not sent yet, and others have theirs', async () => {
    const { core, transport } = bench(shop(), options());
    for (let round = 0; round < 3; round++) {
      for (const visitorId of ['visitor-1', 'visitor-2', 'visitor-3']) {
        (await core.loadContext(visitorId)).trackConversion('purchase', { revenue: round, forceMultiple: true });
      }
    }
    await core.forget('visitor-2');
    await core.flush();
    expect(transport.events.map(({ visitorId }) => visitorId)).toEqual([
      ...['visitor-1', 'visitor-1', 'visitor-1'],
      ...['visitor-3', 'visitor-3', 'visitor-3'],
    ]);
  });

  it('can be forgotten again and again, and without ever having been there', async () => {
    const { core, logger } = bench(shop(), options());
    (await core.loadContext('visitor-1')).setAttributes(PRO);
    await Promise.all([core.forget('visitor-1'), core.forget('visitor-1'), core.forget('nobody')]);
    await core.forget('visitor-1');
    expect((await core.loadContext('visitor-1')).attributes).toEqual({});
    expect(logger.warnings).toEqual([]);
  });

  it('may be forgotten while everything else goes on', async () => {
    const { core } = bench(shop(), options());
    for (let round = 0; round < 20; round++) {
      const context = await core.loadContext('visitor-1');
      context.setAttributes({ [`old${round}`]: round });
      const forgetting = core.forget('visitor-1');
      const [next] = await Promise.all([core.loadContext('visitor-2'), forgetting]);
      next.setAttributes({ [`kept${round}`]: round });
    }
    await written();
    expect((await core.loadContext('visitor-1')).attributes).toEqual({});
    expect(Object.keys((await core.loadContext('visitor-2')).attributes)).toHaveLength(20);
  });
});

describe('a store', () => {
  it('has an empty record of who was forgotten, also when writes were under way', async () => {
    const dataStore = new AsyncStore();
    const { core } = bench(shop(), { dataStore });
    const context = await core.loadContext('visitor-1');
    for (let at = 0; at < 5; at++) {
      context.setAttributes({ [`a${at}`]: at });
      await settled();
    }
    await core.forget('visitor-1');
    expect(dataStore.kept.get(KEY)).toEqual({});
    await written();
    expect(dataStore.kept.get(KEY)).toEqual({});
  });

  it('keeps what the visitor does afterwards', async () => {
    const dataStore = new AsyncStore();
    const { core } = bench(shop(), { dataStore });
    (await core.loadContext('visitor-1')).setAttributes(PRO);
    const forgetting = core.forget('visitor-1');
    const next = bench(shop(), { dataStore: new MemoryStore() }).core;
    expect((await next.loadContext('visitor-1')).attributes).toEqual({});
    await forgetting;
    (await core.loadContext('visitor-1')).setAttributes({ beta: true });
    await written();
    expect(dataStore.kept.get(KEY)?.attributes).toEqual({ beta: true });
  });

  it('that another process emptied has its way', async () => {
    const dataStore = new MemoryStore();
    const [one, two] = [bench(shop(), { dataStore }).core, bench(shop(), { dataStore }).core];
    one.createContext('visitor-1').setAttributes(PRO);
    await two.forget('visitor-1');
    const context = one.createContext('visitor-1');
    expect(context.attributes).toEqual({});
    context.setAttributes({ beta: true });
    expect(dataStore.get(KEY)?.attributes).toEqual({ beta: true });
  });

  it('is not read to be emptied', async () => {
    const asked: string[] = [];
    const dataStore: DataStore = {
      get: (key) => void asked.push(`get ${key}`),
      set: (key) => void asked.push(`set ${key}`),
    };
    await bench(shop(), { dataStore }).core.forget('visitor-1');
    expect(asked).toEqual([`set ${KEY}`]);
  });

  it.each<[string, DataStore['set']]>([
    [
      'throws',
      () => {
        throw new Error('canary');
      },
    ],
    ['rejects', () => Promise.reject(new Error('canary'))],
  ])('that %s is warned about', async (_how, set) => {
    const kept: StoredVisitor = { attributes: PRO };
    const { core, logger } = bench(shop(), { dataStore: { get: () => kept, set } });
    await expect(core.forget('visitor-1')).resolves.toBeUndefined();
    expect(logger.warnings).toEqual(['The DataStore failed to set; decisions go on without it.']);
    expect(JSON.stringify(logger.records)).not.toContain('canary');
  });

  it('is emptied once the config is there, which says where', async () => {
    const dataStore = new MemoryStore();
    dataStore.set(KEY, { attributes: PRO });
    const { core, transport } = fetchedBench({ dataStore });
    transport.configs = [{ status: 200, body: shop() }];
    await core.forget('visitor-1');
    expect(dataStore.get(KEY)).toEqual({});
  });

  it('cannot be emptied without a config, which is warned about', async () => {
    const { core, logger } = fetchedBench({ dataStore: new MemoryStore() });
    await core.forget('visitor-1');
    expect(logger.warnings.at(-1)).toBe('The DataStore failed to set; decisions go on without it.');
  });
});

describe('events of a visitor who is forgotten', () => {
  it('are not sent again when the request they are in fails', async () => {
    const { core, transport } = bench(shop(), { retry: { baseMs: 1, maxMs: 50, jitter: 0 } });
    let fail = (): void => {};
    transport.answers = [
      new Promise<number>((resolve) => {
        fail = () => resolve(500);
      }),
      200,
    ];
    core.createContext('visitor-1').runExperience('checkout');
    core.createContext('visitor-2').runExperience('checkout');
    const flushing = core.flush();
    await core.forget('visitor-1');
    core.createContext('visitor-1').trackConversion('signup');
    fail();
    await flushing;
    await core.flush();
    const sent = transport.sent.map(({ body }) => body.visitors.map(({ visitorId }) => visitorId));
    expect(sent).toEqual([
      ['visitor-1', 'visitor-2'],
      ['visitor-2', 'visitor-1'],
    ]);
    expect(transport.sent[1]?.body.visitors[1]?.events).toMatchObject([{ eventType: 'conversion' }]);
  });

  it('are dropped while they are on hold and while their claims are under way', async () => {
    const dataStore: DataStore = { get: () => null, set: () => {}, add: async () => true };
    const { core, transport } = bench(shop(), { dataStore, tracking: 'hold' });
    core.createContext('visitor-1').runExperiences();
    core.createContext('visitor-2').runExperiences();
    await core.forget('visitor-1');
    await settled();
    core.setTracking('on');
    await core.flush();
    expect(new Set(transport.events.map(({ visitorId }) => visitorId))).toEqual(new Set(['visitor-2']));
  });

  it('are not waited for', async () => {
    const { core, transport } = bench(shop(), { retry: { baseMs: 60_000, maxMs: 60_000, jitter: 0 } });
    transport.answers = [500];
    core.createContext('visitor-1').runExperiences();
    const flushing = core.flush();
    await settled();
    await core.forget('visitor-1');
    await flushing;
    expect(transport.sent).toHaveLength(1);
  });

  it('leave a flush waiting for the others', async () => {
    const { core, transport } = bench(shop(), { retry: { baseMs: 60_000, maxMs: 120_000, jitter: 0 } });
    transport.answers = [500];
    core.createContext('visitor-1').trackConversion('purchase');
    core.createContext('visitor-2').trackConversion('purchase');
    let isFlushed = false;
    const flushing = core.flush().then(() => {
      isFlushed = true;
    });
    await settled();
    for (let at = 0; at < 5; at++)
      core.createContext('visitor-3').trackConversion('signup', { revenue: at, forceMultiple: true });
    await core.forget('visitor-3');
    await core.forget('visitor-1');
    await settled();
    expect(isFlushed).toBe(false);
    transport.answers = [200];
    await core.flush();
    await flushing;
    expect(transport.sent.at(-1)?.body.visitors.map(({ visitorId }) => visitorId)).toEqual(['visitor-2']);
  });
});

it('an id that is none is refused like everywhere else', async () => {
  const { core } = bench(shop());
  for (const id of ['', null, undefined, 7]) {
    await expect(core.forget(id as never)).rejects.toMatchObject({ code: 'visitor_id_invalid' });
  }
});
