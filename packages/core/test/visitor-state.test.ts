import { describe, expect, it } from 'vitest';
import { AsyncStore, bench, MemoryStore } from './support/ports.ts';
import { all, shop, targeting, where } from './support/project.ts';

describe('attributes', () => {
  it('are copied: changing the object later changes nothing', () => {
    const attributes: Record<string, unknown> = { country: 'DE' };
    const context = bench(targeting(all(where('country', 'equals', 'DE')))).core.createContext('visitor-1', attributes);
    attributes.country = 'US';
    expect(context.attributes).toEqual({ country: 'DE' });
    expect(context.runExperience('e')).not.toBeNull();
    const patch: Record<string, unknown> = { plan: 'pro' };
    context.setAttributes(patch);
    patch.plan = 'free';
    expect(context.attributes).toEqual({ country: 'DE', plan: 'pro' });
  });

  it('are read-only where they are shown', () => {
    const context = bench(shop()).core.createContext('visitor-1', { country: 'DE' });
    context.setSegments({ country: 'DE' });
    expect(Object.isFrozen(context.attributes)).toBe(true);
    expect(Object.isFrozen(context.defaultSegments)).toBe(true);
    expect(() => Object.assign(context.attributes, { country: 'US' })).toThrow(TypeError);
    expect(() => Object.assign(context.defaultSegments, { country: 'US' })).toThrow(TypeError);
    expect(context.visitorId).toBe('visitor-1');
  });

  it('set later merge, count for decisions and are there in later contexts', () => {
    const { core } = bench(targeting(all(where('country', 'equals', 'DE'))));
    const context = core.createContext('visitor-1', { plan: 'pro' });
    expect(context.runExperience('e')).toBeNull();
    context.setAttributes({ country: 'DE' });
    context.setAttributes({ beta: true });
    expect(context.attributes).toEqual({ plan: 'pro', country: 'DE', beta: true });
    expect(context.runExperience('e')).not.toBeNull();
    expect(core.createContext('visitor-1').attributes).toEqual({ plan: 'pro', country: 'DE', beta: true });
    expect(core.createContext('visitor-1', { country: 'US' }).attributes).toEqual({
      plan: 'pro',
      country: 'US',
      beta: true,
    });
    expect(core.createContext('visitor-2').attributes).toEqual({});
  });

  it('set in one context are there in another of the same visitor that was made before', () => {
    const { core } = bench(shop());
    const [first, second] = [core.createContext('visitor-1'), core.createContext('visitor-1')];
    first.setAttributes({ country: 'DE' });
    second.setAttributes({ plan: 'pro' });
    expect(core.createContext('visitor-1').attributes).toEqual({ country: 'DE', plan: 'pro' });
  });
});

describe('default segments', () => {
  it('merge, keep every name, and are there in later contexts', () => {
    const { core } = bench(shop());
    const context = core.createContext('visitor-1');
    context.setSegments({ customerType: 'vip', country: 'US' });
    context.setSegments({ loyalty_tier: 'gold', country: 'DE' });
    const expected = { customerType: 'vip', loyalty_tier: 'gold', country: 'DE' };
    expect(context.defaultSegments).toEqual(expected);
    expect(core.createContext('visitor-1').defaultSegments).toEqual(expected);
    expect(context.attributes).toEqual({});
  });

  it('are not seen by audience rules', () => {
    const context = bench(targeting(all(where('country', 'equals', 'DE')))).core.createContext('visitor-1');
    context.setSegments({ country: 'DE' });
    expect(context.runExperience('e')).toBeNull();
    context.setAttributes({ country: 'DE' });
    expect(context.runExperience('e')).not.toBeNull();
  });

  it('are not seen by the rules of custom segments', () => {
    const context = bench(shop()).core.createContext('visitor-1');
    context.setSegments({ country: 'DE' });
    expect(context.runCustomSegments(['germans']).matched).toBe(false);
  });
});

describe('two contexts of one visitor at the same time, with a store of the application', () => {
  const stores = {
    'that answers at once': () => new MemoryStore(),
    'that answers later': () => new AsyncStore(),
  };
  it.each(Object.entries(stores))('%s', async (_name, store) => {
    const { core, transport } = bench(shop(), { dataStore: store() });
    const [first, second] = await Promise.all([core.loadContext('visitor-1'), core.loadContext('visitor-1')]);
    first.runExperience('hero');
    second.runExperience('hero');
    expect(first.trackConversion('purchase').status).toBe('queued');
    expect(second.trackConversion('purchase').status).toBe('deduplicated');
    await core.flush();
    expect(transport.events).toHaveLength(2);
  });

  it('an erased visitor starts anew', () => {
    const dataStore = new MemoryStore();
    const { core } = bench(shop(), { dataStore });
    expect(core.createContext('visitor-1').trackConversion('purchase').status).toBe('queued');
    dataStore.texts.clear();
    expect(core.createContext('visitor-1').trackConversion('purchase').status).toBe('queued');
  });
});

describe('two contexts of one visitor at the same time', () => {
  it('report an exposure once', async () => {
    const { core, transport } = bench(shop());
    const [first, second] = [core.createContext('visitor-1'), core.createContext('visitor-1')];
    first.runExperience('hero');
    second.runExperience('hero');
    await core.flush();
    expect(transport.events).toHaveLength(1);
  });

  it('count a conversion once', () => {
    const { core } = bench(shop());
    const [first, second] = [core.createContext('visitor-1'), core.createContext('visitor-1')];
    expect(first.trackConversion('purchase').status).toBe('queued');
    expect(second.trackConversion('purchase').status).toBe('deduplicated');
  });

  it('credit what the other one decided', async () => {
    const { core, transport } = bench(shop());
    const [first, second] = [core.createContext('visitor-1'), core.createContext('visitor-1')];
    first.setSegments({ country: 'DE' });
    second.runExperience('checkout');
    first.trackConversion('purchase');
    await core.flush();
    expect(transport.events.at(-1)?.event.data).toEqual({ goalId: '50', bucketingData: { '20': '201' } });
  });
});
