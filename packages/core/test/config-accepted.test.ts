import { describe, expect, it } from 'vitest';
import { bench } from './support/ports.ts';
import { all, arms, audience, experience, type Json, project, shop, switchesOn, where } from './support/project.ts';

const run = (data: Json, key = 'hero') => bench(data).core.createContext('visitor-1').runExperience(key);

describe('oddities of real configs are accepted', () => {
  it('nothing but an account and a project', () => {
    const context = bench(project()).core.createContext('visitor-1');
    expect(context.runExperiences()).toEqual([]);
    expect(context.runFeatures()).toEqual([]);
    expect(context.toPayload()).toEqual({ version: 1, visitorId: 'visitor-1', experiences: [], goals: [] });
  });

  it('null for every list', () => {
    const lists = ['experiences', 'features', 'goals', 'audiences', 'segments', 'locations', 'archived_experiences'];
    const core = bench(project(Object.fromEntries(lists.map((list) => [list, null])))).core;
    expect(core.currentConfig?.entityCounts).toEqual({
      experience: 0,
      feature: 0,
      goal: 0,
      audience: 0,
      segment: 0,
      location: 0,
    });
  });

  it('null for every list of an experience', () => {
    const bare = { audiences: null, locations: null, settings: null, site_area: null, goals: null, integrations: null };
    expect(run(project({ experiences: [experience('10', 'hero', bare)] }))).not.toBeNull();
    expect(run(project({ experiences: [experience('10', 'hero', { variations: null })] }))).toBeNull();
  });

  it('ids that are numbers, wherever ids stand', () => {
    const data = {
      account_id: 1001,
      project: { id: 2002 },
      archived_experiences: [20],
      audiences: [{ id: 7, key: 'us', type: 'transient', rules: all(where('country', 'equals', 'US')) }],
      features: [{ id: 30, key: 'banner', variables: [] }],
      experiences: [
        { id: 10, key: 'hero', audiences: [7], variations: [{ id: 101, key: 'a', changes: [switchesOn('30')] }] },
        { id: 20, key: 'gone', variations: [{ id: 201, key: 'a' }] },
      ],
    };
    const { core } = bench(data);
    expect(core.currentConfig).toMatchObject({ accountId: '1001', projectId: '2002' });
    const context = core.createContext('visitor-1', { country: 'US' });
    expect(context.runExperiences().map(({ experienceId, variationId }) => [experienceId, variationId])).toEqual([
      ['10', '101'],
    ]);
    expect(context.runFeature('banner')?.featureId).toBe('30');
    expect(context.diagnoseExperience('gone').reason).toBe('archived');
    expect(core.createContext('visitor-2').runExperience('hero')).toBeNull();
  });

  it('an entity without key is found by its id, a key may be a number', () => {
    expect(run(project({ experiences: [{ id: '10', variations: arms('10', [100]) }] }), '10')?.experienceId).toBe('10');
    expect(run(project({ experiences: [experience('10', 'x', { key: 5 })] }), '5')?.experienceKey).toBe('5');
  });

  it('a UTC offset that is a string, a stamp, fields nobody knows', () => {
    const data = {
      ...shop(),
      _s_t: 1767225600,
      is_debug: false,
      brand_new: { nested: [1, 2, { deep: null }] },
      project: { id: '2002', utc_offset: '0', custom_domain: null, settings: { outliers: {}, version: '2026-1' } },
    };
    expect(run(data)).not.toBeNull();
  });

  it('traffic that is a numeric string, missing or null', () => {
    const variations = [
      { id: '1', traffic_allocation: '0' },
      { id: '2', traffic_allocation: '100' },
    ];
    expect(run(project({ experiences: [experience('10', 'hero', { variations })] }))?.variationId).toBe('2');
    expect(run(project({ experiences: [experience('10', 'hero', { variations: [{ id: '3' }] })] }))?.variationId).toBe(
      '3',
    );
    expect(
      run(project({ experiences: [experience('10', 'hero', { variations: arms('10', [null]) })] }))?.variationId,
    ).toBe('101');
  });

  it('a variation without id is skipped, one without key has the key null', () => {
    const variations = [
      { key: 'nameless', traffic_allocation: 100 },
      { id: '5', traffic_allocation: 100 },
    ];
    const result = run(project({ experiences: [experience('10', 'hero', { version: 11, variations })] }));
    expect(result).toMatchObject({ variationId: '5', variationKey: null });
  });

  it('audiences, segments and locations without rules describe nobody', () => {
    const data = project({
      audiences: [audience('7', null)],
      segments: [{ id: '60', key: 'nobody', rules: null }],
      locations: [{ id: '80', key: 'nowhere', rules: null }],
      experiences: [
        experience('10', 'by-audience', { audiences: ['7'] }),
        experience('20', 'by-location', { locations: ['80'] }),
        experience('30', 'by-segment', { audiences: ['60'] }),
      ],
    });
    const context = bench(data).core.createContext('visitor-1');
    expect(context.runCustomSegments(['nobody']).matched).toBe(false);
    expect(context.runExperiences()).toEqual([]);
    expect(['by-audience', 'by-location', 'by-segment'].map((key) => context.diagnoseExperience(key).reason)).toEqual([
      'audience_mismatch',
      'location_mismatch',
      'segment_mismatch',
    ]);
  });

  it('an unknown audience restricts nobody and is warned about once', () => {
    const { core, logger } = bench(project({ experiences: [experience('10', 'hero', { audiences: ['404'] })] }));
    for (let visitor = 0; visitor < 5; visitor++)
      expect(core.createContext(`v-${visitor}`).runExperience('hero')).not.toBeNull();
    expect(logger.records).toEqual([
      {
        level: 'warn',
        message: 'An experience refers to an unknown audience.',
        details: { experienceKey: 'hero', id: '404' },
      },
    ]);
  });

  it('the first of two entities with the same key counts', () => {
    const twice = [
      experience('10', 'hero', { variations: arms('10', [100]) }),
      experience('20', 'hero', { variations: arms('20', [100]) }),
    ];
    expect(run(project({ experiences: twice }))?.experienceId).toBe('10');
  });
});
