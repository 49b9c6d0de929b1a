import { describe, expect, it } from 'vitest';
import { fetchedBench, MemoryStore } from './support/ports.ts';
import { arms, experience, project, shop, storeKey } from './support/project.ts';

describe('a context made before the config is there', () => {
  it('decides nothing and says why', () => {
    const { core } = fetchedBench();
    const context = core.createContext('visitor-1', { country: 'DE' });
    expect(core.isReady).toBe(false);
    expect(core.currentConfig).toBeNull();
    expect(context.runExperience('hero')).toBeNull();
    expect(context.runExperiences()).toEqual([]);
    expect(context.runFeature('banner')).toBeNull();
    expect(context.runFeatures()).toEqual([]);
    expect(context.runCustomSegments(['germans'])).toEqual({ matchedSegmentIds: [], matched: false });
    expect(context.trackConversion('purchase').status).toBe('queued');
    expect(context.toPayload()).toEqual({ version: 1, visitorId: 'visitor-1', experiences: [], goals: [] });
    const diagnosed = [
      context.diagnoseExperience('hero'),
      context.diagnoseFeature('banner'),
      context.diagnoseGoal('purchase'),
      context.diagnoseEntity('goal', 'purchase'),
    ];
    expect(diagnosed.map(({ reason, resolved }) => [reason, resolved])).toEqual(
      Array(4).fill(['config_unavailable', false]),
    );
    expect(core.assignment('10', '101')).toBeNull();
    expect(core.payloadFor('visitor-1', [])).toBeNull();
    expect(core.hasGoal('purchase')).toBe(false);
  });

  it('works once it is', async () => {
    const { core, transport } = fetchedBench();
    transport.configs = [{ status: 200, body: shop() }];
    const context = core.createContext('visitor-1', { country: 'DE' });
    context.setAttributes({ plan: 'pro' });
    context.setSegments({ country: 'DE' });
    await core.initialize();
    expect(core.isReady).toBe(true);
    expect(context.runExperiences()).toHaveLength(2);
    expect(context.trackConversion('purchase').status).toBe('queued');
    expect(core.createContext('visitor-1').attributes).toEqual({ country: 'DE', plan: 'pro' });
    await core.flush();
    expect(transport.events).toHaveLength(3);
  });

  it('leaves what was set before in the store', async () => {
    const dataStore = new MemoryStore();
    const { core, transport } = fetchedBench({ dataStore });
    transport.configs = [{ status: 200, body: shop() }];
    const context = core.createContext('visitor-1');
    context.setAttributes({ plan: 'pro' });
    expect(dataStore.texts.size).toBe(0);
    await core.initialize();
    context.runExperience('checkout');
    expect(dataStore.get(storeKey('visitor-1'))).toMatchObject({
      attributes: { plan: 'pro' },
      bucketing: { '20': '201' },
    });
  });

  it('keeps the variation that the store has for the visitor', async () => {
    const dataStore = new MemoryStore();
    const stopped = arms('10', [100, 100], [{}, { status: 'stopped' }]);
    dataStore.set(storeKey('visitor-1'), { bucketing: { '10': '102' }, goals: { '50': true } });
    const { core, transport } = fetchedBench({ dataStore });
    const data = project({
      experiences: [experience('10', 'hero', { variations: stopped })],
      goals: [{ id: '50', key: 'purchase' }],
    });
    transport.configs = [{ status: 200, body: data }];
    const context = core.createContext('visitor-1');
    await core.initialize();
    expect(context.trackConversion('purchase').status).toBe('deduplicated');
    expect(context.runExperience('hero')?.variationId).toBe('102');
  });
});
