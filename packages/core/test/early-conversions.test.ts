import type { CoreOptions } from '@convert-fullstack/core';
import { describe, expect, it } from 'vitest';
import { AsyncStore, type Bench, fetchedBench, MemoryStore } from './support/ports.ts';
import { project, shop, storeKey } from './support/project.ts';

const GOALS = { goals: [{ id: '50', key: 'purchase' }] };

/** A bench whose config comes when `arrive` is called. */
function lateBench(options: Partial<CoreOptions> = {}, data: unknown = project(GOALS)): Bench & { arrive: () => void } {
  const made = fetchedBench(options);
  let arrive = (): void => {};
  made.transport.configs = [
    new Promise((resolve) => {
      arrive = () => resolve({ status: 200, body: data });
    }),
  ];
  void made.core.initialize();
  return { ...made, arrive: () => arrive() };
}

describe('a conversion that comes before the config', () => {
  it('is queued, and delivered by the flush that was asked for at once', async () => {
    const { core, transport, arrive } = lateBench();
    const context = core.createContext('visitor-1');
    expect(context.trackConversion('purchase', { revenue: 49.99 })).toEqual({
      status: 'queued',
      tracked: true,
      reason: null,
    });
    const flushed = core.flush();
    arrive();
    await flushed;
    expect(transport.events).toEqual([
      {
        visitorId: 'visitor-1',
        event: { eventType: 'conversion', data: { goalId: '50', goalData: [{ key: 'amount', value: 49.99 }] } },
      },
    ]);
  });

  it('waits for a service that fails at first, without holding up whoever flushes', async () => {
    const { core, transport } = fetchedBench();
    transport.configs = [new Error('no network'), { status: 200, body: project(GOALS) }];
    core.createContext('visitor-1').trackConversion('purchase');
    await core.flush();
    expect(transport.configRequests).toHaveLength(1);
    expect(transport.events).toEqual([]);
    await core.refreshNow();
    await core.flush();
    expect(transport.events).toHaveLength(1);
  });

  it('has the config loaded when nobody else does', async () => {
    const { core, transport } = fetchedBench();
    transport.configs = [{ status: 200, body: project(GOALS) }];
    core.createContext('visitor-1').trackConversion('purchase');
    await expect.poll(() => core.isReady).toBe(true);
    await core.flush();
    expect(transport.configRequests).toHaveLength(1);
    expect(transport.events).toHaveLength(1);
  });

  it('counts nothing when the config turns out to have no such goal', async () => {
    const { core, transport, arrive } = lateBench();
    core.createContext('visitor-1').trackConversion('no-such-goal');
    arrive();
    await core.flush();
    expect(transport.events).toEqual([]);
  });

  it('is counted once per visitor and goal, and every time where that is forced', async () => {
    const { core, transport, arrive } = lateBench();
    for (const _ of ['once', 'again']) core.createContext('visitor-1').trackConversion('purchase');
    for (const revenue of [1, 2]) {
      core.createContext('visitor-2').trackConversion('purchase', { revenue, forceMultiple: true });
    }
    arrive();
    await core.flush();
    expect(transport.events.map(({ visitorId }) => visitorId)).toEqual(['visitor-1', 'visitor-2', 'visitor-2']);
  });

  it.each([
    ['at once', () => new MemoryStore(), (store: MemoryStore | AsyncStore) => store as MemoryStore],
    ['later', () => new AsyncStore(), (store: MemoryStore | AsyncStore) => (store as AsyncStore).kept],
  ])('is compared with what a store that answers %s has of the visitor', async (_when, makeStore, keptBy) => {
    const dataStore = makeStore();
    keptBy(dataStore).set(storeKey('visitor-1'), { goals: { '50': true } });
    keptBy(dataStore).set(storeKey('visitor-2'), { bucketing: { '10': '102' } });
    const { core, transport, arrive } = lateBench({ dataStore });
    for (const visitorId of ['visitor-1', 'visitor-2']) {
      (await core.loadContext(visitorId)).trackConversion('purchase');
    }
    arrive();
    await core.flush();
    expect(transport.events).toMatchObject([
      { visitorId: 'visitor-2', event: { data: { goalId: '50', bucketingData: { '10': '102' } } } },
    ]);
  });

  it('carries what the context was told meanwhile', async () => {
    const dataStore = new AsyncStore();
    const { core, transport, arrive } = lateBench({ dataStore });
    const context = await core.loadContext('visitor-1', { country: 'DE' });
    context.setSegments({ campaign: 'spring' });
    context.setAttributes({ plan: 'pro' });
    context.trackConversion('purchase');
    arrive();
    await core.flush();
    expect(transport.sent[0]?.body.visitors[0]?.segments).toMatchObject({ country: 'DE', campaign: 'spring' });
    await expect
      .poll(() => dataStore.kept.get(storeKey('visitor-1')))
      .toMatchObject({
        attributes: { country: 'DE', plan: 'pro' },
        segments: { campaign: 'spring' },
        goals: { '50': true },
      });
  });

  it('keeps what it was given, whatever becomes of that afterwards', async () => {
    const { core, transport, arrive } = lateBench();
    const conversionData: Record<string, string | number> = { transactionId: 't-1' };
    const exposed: Record<string, string> = { '10': '101' };
    core.createContext('visitor-1').trackConversion('purchase', { conversionData, exposed });
    Object.assign(conversionData, { transactionId: Number.NaN });
    Object.assign(exposed, { '10': '102' });
    arrive();
    await core.flush();
    expect(transport.events).toMatchObject([
      { event: { data: { goalData: [{ key: 'transactionId', value: 't-1' }], bucketingData: { '10': '101' } } } },
    ]);
  });

  it('throws for data that cannot be sent', () => {
    const { core } = lateBench();
    const context = core.createContext('visitor-1');
    expect(() => context.trackConversion('purchase', { revenue: Number.NaN })).toThrow(
      'revenue must be a finite number',
    );
  });

  it('is told of when it is queued for delivery', async () => {
    const { core, arrive } = lateBench();
    const heard: unknown[] = [];
    core.on('conversion', (told) => heard.push(told));
    core.createContext('visitor-1').trackConversion('purchase');
    expect(heard).toEqual([]);
    arrive();
    await core.flush();
    expect(heard).toEqual([{ visitorId: 'visitor-1', goalKey: 'purchase' }]);
  });
});

describe('a conversion that comes before the config is dropped', () => {
  it('with its visitor', async () => {
    const { core, transport, arrive } = lateBench();
    for (const visitorId of ['visitor-1', 'visitor-2']) core.createContext(visitorId).trackConversion('purchase');
    const forgotten = core.forget('visitor-1');
    arrive();
    await forgotten;
    await core.flush();
    expect(transport.events.map(({ visitorId }) => visitorId)).toEqual(['visitor-2']);
  });

  it('with its visitor, also while a store is asked about it', async () => {
    const { core, transport, arrive } = lateBench({ dataStore: new AsyncStore() });
    (await core.loadContext('visitor-1')).trackConversion('purchase');
    core.on('ready', () => void core.forget('visitor-1'));
    arrive();
    await core.initialize();
    await core.flush();
    expect(transport.events).toEqual([]);
  });

  it('when tracking is switched off; while that is the case, none is taken', async () => {
    const { core, transport, arrive } = lateBench();
    const context = core.createContext('visitor-1');
    context.trackConversion('purchase');
    core.setTracking('off');
    expect(context.trackConversion('purchase').status).toBe('tracking_off');
    core.setTracking('on');
    arrive();
    await core.initialize();
    await core.flush();
    expect(transport.events).toEqual([]);
  });

  it('when there are more than the queue takes: the oldest, with a warning', async () => {
    const { core, transport, logger, arrive } = lateBench({ maxQueueSize: 2 });
    for (const visitorId of ['a', 'b', 'c']) core.createContext(visitorId).trackConversion('purchase');
    expect(logger.warnings).toEqual(['The event queue is full; the oldest events were dropped.']);
    arrive();
    await core.flush();
    expect(transport.events.map(({ visitorId }) => visitorId)).toEqual(['b', 'c']);
  });
});

it('with the config there, an unknown goal is still told at once', async () => {
  const { core, transport } = fetchedBench();
  transport.configs = [{ status: 200, body: shop() }];
  await core.initialize();
  expect(core.createContext('visitor-1').trackConversion('no-such-goal').status).toBe('goal_not_found');
});
