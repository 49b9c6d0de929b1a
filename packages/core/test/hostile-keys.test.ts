import { describe, expect, it } from 'vitest';
import { bench, MemoryStore } from './support/ports.ts';
import { all, inExperience, shop, storeKey, targeting, where } from './support/project.ts';

const INHERITED = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__', ''];

describe.each(INHERITED)('the key "%s"', (key) => {
  it('is no experience, feature, goal, segment or entity', () => {
    const { core } = bench(shop());
    const context = core.createContext('visitor-1');
    expect(context.runExperience(key)).toBeNull();
    expect(context.runFeature(key)).toBeNull();
    expect(context.trackConversion(key)).toEqual({
      status: 'goal_not_found',
      tracked: false,
      reason: 'goal_not_found',
    });
    expect(context.runCustomSegments([key])).toEqual({ matchedSegmentIds: [], matched: false });
    expect(context.diagnoseExperience(key).reason).toBe('experience_not_found');
    expect(context.diagnoseFeature(key).reason).toBe('feature_not_found');
    expect(context.diagnoseGoal(key).reason).toBe('goal_not_found');
    expect(context.diagnoseEntity('goal', key).reason).toBe('entity_not_found');
    expect(context.diagnoseEntity(key, 'purchase').reason).toBe('entity_not_found');
    expect(context.toPayload({ only: [key] }).experiences).toEqual([]);
    expect(core.assignment(key, key)).toBeNull();
    expect(core.assignment('10', key)).toBeNull();
    expect(core.payloadFor('visitor-1', [[key, key]])).toBeNull();
    expect(core.hasGoal(key)).toBe(false);
    context.expose({ experienceId: key, variationId: key });
    expect(core.currentConfig?.entity('goal', key)).toBeNull();
  });

  it('is an attribute only when the visitor has it', () => {
    const { core } = bench(targeting(all(where(key, 'exists'))));
    expect(core.createContext('visitor-1', {}).runExperience('e')).toBeNull();
    const own = JSON.parse(`{"${key}":"x"}`);
    expect(core.createContext('visitor-2', own).runExperience('e')).not.toBeNull();
    expect(core.createContext('visitor-3').runExperience('e', { attributes: own })).not.toBeNull();
    expect(
      bench(targeting(all(where(key, 'contains', 'native'))))
        .core.createContext('v', {})
        .runExperience('e'),
    ).toBeNull();
  });

  it('names no experience in an exclusion rule', () => {
    expect(
      bench(targeting(all(inExperience(key))))
        .core.createContext('v')
        .runExperience('e'),
    ).not.toBeNull();
    expect(
      bench(targeting(all(inExperience(key, false))))
        .core.createContext('v')
        .runExperience('e'),
    ).toBeNull();
  });

  it('is a visitor id like any other', () => {
    if (key === '') return;
    for (const dataStore of [undefined, new MemoryStore()]) {
      const { core } = bench(shop(), dataStore ? { dataStore } : {});
      expect(core.createContext(key).attributes).toEqual({});
      expect(core.createContext(key).trackConversion('purchase').status).toBe('queued');
      expect(core.createContext(key).trackConversion('purchase').status).toBe('deduplicated');
    }
  });

  it('in a stored record is no decision and no goal', () => {
    const dataStore = new MemoryStore();
    dataStore.texts.set(
      storeKey('v'),
      `{"bucketing":{"${key}":"1"},"goals":{"${key}":true},"attributes":{"${key}":1}}`,
    );
    const context = bench(shop(), { dataStore }).core.createContext('v');
    expect(context.runExperiences()).toHaveLength(2);
    expect(context.trackConversion('signup').status).toBe('queued');
    expect(({} as Record<string, unknown>)['1']).toBeUndefined();
  });
});

it('a goal whose id is a name that every object has is counted once', () => {
  for (const id of INHERITED.filter((name) => name !== '')) {
    const dataStore = new MemoryStore();
    const { core } = bench({ ...shop(), goals: [{ id, key: 'goal' }] }, { dataStore });
    expect(core.createContext('v').trackConversion('goal').status).toBe('queued');
    expect(core.createContext('v').trackConversion('goal').status, id).toBe('deduplicated');
  }
});

it('what is no type of entity has no entities', () => {
  const { core } = bench(shop());
  for (const type of [...INHERITED, 'nonsense']) {
    expect(core.currentConfig?.entity(type as never, 'purchase'), type).toBeNull();
  }
});
