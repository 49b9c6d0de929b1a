import { describe, expect, it } from 'vitest';
import { bench, MemoryStore } from './support/ports.ts';
import { all, arms, audience, experience, project, shop, storeKey, where } from './support/project.ts';

describe('a payload', () => {
  it('has the visitor’s decisions, their features and the goals', () => {
    const context = bench(shop()).core.createContext('visitor-1');
    const { experiences, ...rest } = context.toPayload();
    expect(rest).toEqual({ version: 1, visitorId: 'visitor-1', goals: ['purchase', 'signup'] });
    expect(experiences.map(({ experienceKey }) => experienceKey)).toEqual(['hero', 'checkout']);
    expect(experiences[1]).toEqual({
      experienceKey: 'checkout',
      experienceId: '20',
      variationKey: 'a',
      variationId: '201',
      features: [{ featureKey: 'express', featureId: '31', variables: { fast: true } }],
    });
  });

  it('agrees with the run methods', () => {
    const { core } = bench(shop());
    for (let at = 0; at < 50; at++) {
      const context = core.createContext(`visitor-${at}`);
      const decided = context.toPayload().experiences.map(({ variationId }) => variationId);
      expect(context.runExperiences().map(({ variationId }) => variationId)).toEqual(decided);
    }
  });

  it('looks at attributes only when a rule does', () => {
    const { core } = bench(
      project({
        audiences: [audience('7', all(where('plan', 'equals', 'gold')))],
        locations: [{ id: '8', key: 'home', rules: all(where('path', 'equals', '/')) }],
        experiences: [
          experience('10', 'for-everybody'),
          experience('20', 'for-some', { audiences: ['7'] }),
          experience('30', 'on-one-page', { locations: ['8'] }),
        ],
      }),
    );
    const looked: string[] = [];
    const decide = (...only: string[]) => {
      looked.length = 0;
      const options = {
        only,
        get attributes() {
          looked.push('attributes');
          return { plan: 'gold' };
        },
        get locationAttributes() {
          looked.push('locationAttributes');
          return { path: '/' };
        },
      };
      return core.createContext('visitor-1').toPayload(options).experiences.length;
    };
    expect([decide('for-everybody'), ...looked]).toEqual([1]);
    expect([decide('for-some'), ...looked]).toEqual([1, 'attributes']);
    expect([decide('on-one-page'), ...looked]).toEqual([1, 'locationAttributes']);
  });

  it('leaves nothing behind', async () => {
    const dataStore = new MemoryStore();
    const { core, transport } = bench(shop(), { dataStore });
    const heard: unknown[] = [];
    core.on('bucketing', (payload) => heard.push(payload));
    const context = core.createContext('visitor-1', { country: 'DE' });
    context.toPayload();
    context.toPayload({ only: ['hero'], attributes: { plan: 'pro' } });
    await core.flush();
    expect([dataStore.texts.size, transport.sent.length, heard.length]).toEqual([0, 0, 0]);
    context.trackConversion('purchase');
    await core.flush();
    expect(transport.events.map(({ event }) => event.data)).toEqual([{ goalId: '50' }]);
  });

  it('shows no rule, no traffic, no attribute and nothing of what the visitor is not in', () => {
    const secrets = project({
      audiences: [
        audience('7', all(where('plan', 'equals', 'canary-rule'))),
        audience('8', all(where('plan', 'exists'))),
      ],
      segments: [{ id: '60', key: 'canary-segment', rules: all(where('plan', 'equals', 'canary-rule')) }],
      experiences: [
        experience('10', 'canary-hidden', { audiences: ['7'] }),
        experience('20', 'shown', { audiences: ['8'], name: 'canary-name', variations: arms('20', [100]) }),
        experience('30', 'canary-archived'),
      ],
      archived_experiences: ['30'],
      goals: [{ id: '50', key: 'purchase', name: 'canary-goal', rules: all(where('x', 'equals', 'canary-goal-rule')) }],
    });
    const payload = bench(secrets).core.createContext('visitor-1', { plan: 'canary-attribute' }).toPayload();
    const text = JSON.stringify(payload);
    expect(payload.experiences).toHaveLength(1);
    expect(text).not.toContain('canary');
    expect(text).not.toMatch(/traffic|rules|audience/);
  });

  it('is plain JSON', () => {
    const payload = bench(shop()).core.createContext('visitor-1').toPayload();
    expect(JSON.parse(JSON.stringify(payload))).toEqual(payload);
    expect(structuredClone(payload)).toEqual(payload);
  });

  it('contains only what is asked for, by experience or by feature, in config order', () => {
    const context = bench(shop()).core.createContext('visitor-1');
    const keys = (...only: string[]) =>
      context.toPayload({ only }).experiences.map(({ experienceKey }) => experienceKey);
    expect(keys('checkout')).toEqual(['checkout']);
    expect(keys('express')).toEqual(['checkout']);
    expect(keys('checkout', 'express', 'hero', 'unknown')).toEqual(['hero', 'checkout']);
    expect(keys()).toEqual([]);
  });

  it('keeps what the visitor already has', () => {
    const dataStore = new MemoryStore();
    for (let at = 0; at < 10; at++) dataStore.set(storeKey(`visitor-${at}`), { bucketing: { '10': '102' } });
    const { core } = bench(shop(), { dataStore });
    for (let at = 0; at < 10; at++) {
      expect(core.createContext(`visitor-${at}`).toPayload({ only: ['hero'] }).experiences[0]?.variationId).toBe('102');
    }
  });
});

describe('payloadFor()', () => {
  it('turns decisions made elsewhere into the same payload', () => {
    const { core } = bench(shop());
    const payload = core.createContext('visitor-1').toPayload();
    const pairs = payload.experiences.map(({ experienceId, variationId }) => [experienceId, variationId] as const);
    expect(core.payloadFor('visitor-1', pairs)).toEqual(payload);
    expect(core.payloadFor('visitor-1', [])).toEqual({ ...payload, experiences: [] });
    expect(core.payloadFor('visitor-1', pairs, { only: ['express'] })?.experiences).toEqual([payload.experiences[1]]);
  });

  it('is null when the config does not know one of the pairs', () => {
    const { core } = bench(shop());
    expect(
      core.payloadFor('visitor-1', [
        ['20', '201'],
        ['10', '999'],
      ]),
    ).toBeNull();
    expect(core.payloadFor('visitor-1', [['10', '201']])).toBeNull();
    expect(core.payloadFor('visitor-1', [['404', '1']], { only: ['hero'] })).toBeNull();
  });
});

it('assignment() gives the variation of a pair of ids', () => {
  const { core } = bench(shop());
  expect(core.assignment('20', '201')).toBe(core.createContext('visitor-1').runExperience('checkout'));
  expect(core.assignment('20', '101')).toBeNull();
  expect(core.assignment('404', '201')).toBeNull();
});

it('hasGoal() knows goals by key', () => {
  const { core } = bench(shop());
  expect([core.hasGoal('purchase'), core.hasGoal('50'), core.hasGoal('unknown')]).toEqual([true, false, false]);
});
