import { describe, expect, it } from 'vitest';
import { bench, MemoryStore } from './support/ports.ts';
import { arms, experience, project, shop } from './support/project.ts';

const CHECKOUT = { eventType: 'bucketing', data: { experienceId: '20', variationId: '201' } };
const eventsOf = (transport: ReturnType<typeof bench>['transport']) => transport.events.map(({ event }) => event);

describe('an exposure', () => {
  it('is reported once per variation, across runs, contexts and features', async () => {
    const { core, transport } = bench(shop());
    for (let round = 0; round < 3; round++) {
      const context = core.createContext('visitor-1');
      context.runExperience('checkout');
      context.runFeature('express');
      context.runExperiences();
      context.runFeatures();
      context.expose({ experienceId: '20', variationId: '201' });
    }
    await core.flush();
    expect(eventsOf(transport).filter(({ data }) => 'experienceId' in data && data.experienceId === '20')).toEqual([
      CHECKOUT,
    ]);
    expect(transport.events).toHaveLength(2);
  });

  it('is not reported by a silent run, and is by the tracked one that follows', async () => {
    const { core, transport } = bench(shop());
    const context = core.createContext('visitor-1');
    const silent = context.runExperience('checkout', { enableTracking: false });
    context.runExperiences({ enableTracking: false });
    context.runFeature('express', { enableTracking: false });
    context.runFeatures({ enableTracking: false });
    await core.flush();
    expect(transport.sent).toEqual([]);
    expect(context.runExperience('checkout')).toBe(silent);
    context.runExperience('checkout');
    await core.flush();
    expect(eventsOf(transport)).toEqual([CHECKOUT]);
  });

  it('of a silent run can be reported by a later context and another process', async () => {
    const dataStore = new MemoryStore();
    bench(shop(), { dataStore }).core.createContext('visitor-1').runExperience('checkout', { enableTracking: false });
    const { core, transport } = bench(shop(), { dataStore });
    core.createContext('visitor-1').runExperience('checkout');
    await core.flush();
    expect(eventsOf(transport)).toEqual([CHECKOUT]);
  });

  it('is reported again when the visitor gets another variation', async () => {
    const dataStore = new MemoryStore();
    const one = project({ experiences: [experience('10', 'e', { variations: arms('10', [100]) })] });
    const other = project({ experiences: [experience('10', 'e', { variations: arms('10', [0, 100]).slice(1) })] });
    const first = bench(one, { dataStore });
    first.core.createContext('visitor-1').runExperience('e');
    await first.core.flush();
    const second = bench(other, { dataStore });
    second.core.createContext('visitor-1').runExperience('e');
    second.core.createContext('visitor-1').runExperience('e');
    await second.core.flush();
    expect([...eventsOf(first.transport), ...eventsOf(second.transport)].map(({ data }) => data)).toEqual([
      { experienceId: '10', variationId: '101' },
      { experienceId: '10', variationId: '102' },
    ]);
  });
});

describe('expose()', () => {
  it('reports and remembers what was shown, once', async () => {
    const { core, transport } = bench(shop());
    const context = core.createContext('visitor-1');
    const [assignment] = context.toPayload({ only: ['checkout'] }).experiences;
    if (assignment === undefined) throw new Error('not in the payload');
    context.expose(assignment);
    context.expose(assignment);
    core.createContext('visitor-1').expose(assignment);
    context.runExperience('checkout');
    await core.flush();
    expect(eventsOf(transport)).toEqual([CHECKOUT]);
  });

  it('of another variation makes that one stick', () => {
    const { core } = bench(shop());
    for (const visitor of ['visitor-1', 'visitor-2', 'visitor-3', 'visitor-4']) {
      core.createContext(visitor).runExperience('hero');
      core.createContext(visitor).expose({ experienceId: '10', variationId: '102' });
      expect(core.createContext(visitor).runExperience('hero')?.variationId).toBe('102');
    }
  });

  it('of ids the config does not know does nothing', async () => {
    const { core, transport } = bench(shop());
    const context = core.createContext('visitor-1');
    context.expose({ experienceId: '10', variationId: '201' });
    context.expose({ experienceId: '404', variationId: '101' });
    context.expose({ experienceId: 10, variationId: 101 } as never);
    await core.flush();
    expect(transport.sent).toEqual([]);
  });
});

describe('tracking', () => {
  it('off drops: nothing is sent, decisions go on, and a later run with tracking on reports', async () => {
    const { core, transport } = bench(shop(), { tracking: 'off' });
    const context = core.createContext('visitor-1');
    expect(context.runExperience('checkout')).not.toBeNull();
    expect(context.trackConversion('purchase')).toEqual({
      status: 'tracking_off',
      tracked: false,
      reason: 'tracking_off',
    });
    core.setTracking('on');
    await core.flush();
    expect(transport.sent).toEqual([]);
    context.runExperience('checkout');
    expect(context.trackConversion('purchase').status).toBe('queued');
    await core.flush();
    expect(transport.events).toHaveLength(2);
  });

  it('on hold keeps events, whatever their number, until it is on', async () => {
    const { core, transport } = bench(shop(), { tracking: 'hold', batchSize: 2 });
    for (let at = 0; at < 10; at++) core.createContext(`visitor-${at}`).runExperience('checkout');
    expect(core.createContext('visitor-0').trackConversion('purchase').status).toBe('queued');
    await core.flush();
    expect(transport.sent).toEqual([]);
    core.setTracking('on');
    await core.flush();
    expect(transport.events).toHaveLength(11);
  });

  it('on hold and then off drops what was kept', async () => {
    const { core, transport } = bench(shop(), { tracking: 'hold' });
    core.createContext('visitor-1').runExperiences();
    core.setTracking('off');
    core.setTracking('on');
    await core.flush();
    expect(transport.sent).toEqual([]);
  });

  it('switched off drops what waits to be sent', async () => {
    const { core, transport } = bench(shop());
    core.createContext('visitor-1').runExperiences();
    core.setTracking('off');
    await core.flush();
    core.setTracking('on');
    await core.flush();
    expect(transport.sent).toEqual([]);
  });

  it('switched off while a request is under way does not send its events again', async () => {
    const { core, transport } = bench(shop(), { retry: { baseMs: 1, maxMs: 20, jitter: 0 } });
    let fail = (): void => {};
    const answer = new Promise<number>((resolve) => {
      fail = () => resolve(500);
    });
    transport.answers = [answer, 200];
    core.createContext('visitor-1').runExperiences();
    const flushed = core.flush();
    core.setTracking('off');
    fail();
    await flushed;
    await core.flush();
    expect(transport.sent).toHaveLength(1);
  });

  it('switched to hold and back keeps the order', async () => {
    const { core, transport } = bench(shop());
    const context = core.createContext('visitor-1');
    context.runExperience('checkout');
    core.setTracking('hold');
    context.trackConversion('purchase');
    core.setTracking('on');
    context.trackConversion('signup');
    await core.flush();
    expect(eventsOf(transport).map(({ eventType, data }) => ('goalId' in data ? data.goalId : eventType))).toEqual([
      'bucketing',
      '50',
      '51',
    ]);
  });
});

describe('the bucketing event', () => {
  it('tells of every variation given, also with tracking off and for silent runs', () => {
    const { core } = bench(shop(), { tracking: 'off' });
    const heard: unknown[] = [];
    const off = core.on('bucketing', (payload) => heard.push(payload));
    const context = core.createContext('visitor-1');
    context.runExperience('checkout');
    context.runExperience('checkout', { enableTracking: false });
    context.runExperience('unknown');
    context.toPayload();
    context.diagnoseExperience('checkout');
    const expected = { visitorId: 'visitor-1', experienceKey: 'checkout', variationKey: 'a' };
    expect(heard).toEqual([expected, expected]);
    off();
    context.runExperience('checkout');
    expect(heard).toHaveLength(2);
  });
});
