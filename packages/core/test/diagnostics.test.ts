import { describe, expect, it } from 'vitest';
import { bench, MemoryStore } from './support/ports.ts';
import { all, arms, audience, experience, project, shop, switchesOn, where } from './support/project.ts';

const data = () =>
  project({
    experiences: [
      experience('10', 'open', { variations: arms('10', [100]) }),
      experience('11', 'archived'),
      experience('12', 'staging', { environment: 'staging' }),
      experience('13', 'elsewhere', { locations: ['80'] }),
      experience('14', 'for-pros', { audiences: ['7'] }),
      experience('15', 'for-segment', { audiences: ['60'] }),
      experience('16', 'no-traffic', { variations: arms('16', [0], [{ changes: [switchesOn('30')] }]) }),
      experience('17', 'empty', { variations: [] }),
    ],
    archived_experiences: ['11'],
    audiences: [audience('7', all(where('plan', 'equals', 'pro')))],
    segments: [{ id: '60', key: 'seg', rules: all(where('plan', 'equals', 'pro')) }],
    locations: [{ id: '80', key: 'loc', rules: all(where('path', 'equals', '/x')) }],
    features: [{ id: '30', key: 'banner', variables: [] }],
    goals: [{ id: '50', key: 'purchase' }],
  });

describe('why an experience does or does not resolve', () => {
  it.each([
    ['open', 'resolved'],
    ['unknown', 'experience_not_found'],
    ['archived', 'archived'],
    ['staging', 'environment_mismatch'],
    ['elsewhere', 'location_mismatch'],
    ['for-pros', 'audience_mismatch'],
    ['for-segment', 'segment_mismatch'],
    ['no-traffic', 'not_in_traffic'],
    ['empty', 'not_in_traffic'],
  ] as const)('%s: %s', (key, reason) => {
    const context = bench(data(), { environment: 'production' }).core.createContext('visitor-1');
    const found = context.diagnoseExperience(key);
    expect(found.reason).toBe(reason);
    expect(found.resolved).toBe(reason === 'resolved');
    expect(found.message).toMatch(/^[A-Z].*\.$/);
    expect(found.details.experienceKey).toBe(key);
    expect(found.resolved).toBe(context.runExperience(key) !== null);
  });

  it('gives the bucket and the variation, and neither visitor nor attributes', () => {
    const context = bench(data()).core.createContext('visitor-secret', { email: 'canary@example' });
    const found = context.diagnoseExperience('open');
    expect(found.details).toEqual({ experienceKey: 'open', variationKey: 'a', bucket: expect.any(Number) });
    expect(context.diagnoseExperience('no-traffic').details.bucket).toEqual(expect.any(Number));
    expect(JSON.stringify([found, context.diagnoseExperience('for-pros')])).not.toMatch(/canary|secret/);
  });

  it('agrees with the run methods under every option', () => {
    const context = bench(data(), { environment: 'production' }).core.createContext('visitor-1');
    const options = { attributes: { plan: 'pro' }, locationAttributes: { path: '/x' }, environment: 'staging' };
    for (const key of ['open', 'archived', 'staging', 'elsewhere', 'for-pros', 'for-segment', 'no-traffic']) {
      const { resolved } = context.diagnoseExperience(key, options);
      expect([key, resolved]).toEqual([
        key,
        context.runExperience(key, { ...options, enableTracking: false }) !== null,
      ]);
    }
  });
});

it('features: resolved, not found, or not in the selected variations', () => {
  const context = bench(shop()).core.createContext('visitor-1');
  expect(context.diagnoseFeature('express')).toMatchObject({
    resolved: true,
    reason: 'resolved',
    details: { featureKey: 'express', experienceKey: 'checkout', variationKey: 'a' },
  });
  expect(context.diagnoseFeature('unknown').reason).toBe('feature_not_found');
  expect(context.diagnoseFeature('attached-nowhere').reason).toBe('feature_not_in_selected_variations');
  expect(bench(data()).core.createContext('v').diagnoseFeature('banner').reason).toBe(
    'feature_not_in_selected_variations',
  );
});

it('goals: resolved or not found', () => {
  const context = bench(shop()).core.createContext('visitor-1');
  expect(context.diagnoseGoal('purchase')).toMatchObject({
    resolved: true,
    details: { goalKey: 'purchase', goalId: '50' },
  });
  expect(context.diagnoseGoal('50')).toMatchObject({ resolved: false, reason: 'goal_not_found' });
});

it('entities: of every type, singular or plural, by key or id', () => {
  const context = bench(data()).core.createContext('visitor-1');
  const entities = [
    ['experience', 'open', '10'],
    ['feature', 'banner', '30'],
    ['goal', 'purchase', '50'],
    ['audience', 'audience-7', '7'],
    ['segment', 'seg', '60'],
    ['location', 'loc', '80'],
  ] as const;
  for (const [type, key, entityId] of entities) {
    for (const [name, asked] of [
      [type, key],
      [`${type}s`, key],
      [type, entityId],
      [`${type}s`, entityId],
    ] as const) {
      expect(context.diagnoseEntity(name, asked)).toMatchObject({
        resolved: true,
        reason: 'resolved',
        details: { entityType: name, entityKey: asked, entityId },
      });
    }
    expect(context.diagnoseEntity(type, 'unknown').reason).toBe('entity_not_found');
  }
  expect(context.diagnoseEntity('variation', '101').reason).toBe('entity_not_found');
  expect(context.diagnoseEntity('', 'open').reason).toBe('entity_not_found');
});

it('diagnosing has no effect', async () => {
  const dataStore = new MemoryStore();
  const { core, transport, logger } = bench(shop(), { dataStore });
  const heard: string[] = [];
  core.on('bucketing', () => heard.push('bucketing'));
  core.on('conversion', () => heard.push('conversion'));
  const context = core.createContext('visitor-1');
  context.diagnoseExperience('hero');
  context.diagnoseFeature('banner');
  context.diagnoseGoal('purchase');
  context.diagnoseEntity('goal', 'purchase');
  await core.flush();
  expect([dataStore.texts.size, transport.sent, heard, logger.records]).toEqual([0, [], [], []]);
});

it('the diagnostic event tells of misses only', () => {
  const { core } = bench(shop());
  const heard: unknown[] = [];
  core.on('diagnostic', (payload) => heard.push(payload));
  const context = core.createContext('visitor-1');
  const misses = [
    context.diagnoseExperience('unknown'),
    context.diagnoseFeature('unknown'),
    context.diagnoseGoal('unknown'),
    context.diagnoseEntity('goal', 'unknown'),
  ];
  context.diagnoseExperience('hero');
  context.diagnoseGoal('purchase');
  expect(heard).toEqual(misses);
});
