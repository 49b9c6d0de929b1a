import { describe, expect, it } from 'vitest';
import { bench } from './support/ports.ts';
import { all, experience, project, targeting, where } from './support/project.ts';

const forGermans = () => targeting(all(where('country', 'equals', 'DE')));

describe('attributes of one call', () => {
  it('count for that call only', () => {
    const context = bench(forGermans()).core.createContext('visitor-1', { country: 'US', plan: 'pro' });
    expect(context.runExperience('e', { attributes: { country: 'DE' }, enableTracking: false })).not.toBeNull();
    expect(context.attributes).toEqual({ country: 'US', plan: 'pro' });
    expect(context.runExperience('e')).toBeNull();
    expect(context.runExperiences({ attributes: { country: 'DE' } })).toHaveLength(1);
    expect(context.runExperiences()).toHaveLength(0);
    expect(context.toPayload({ attributes: { country: 'DE' } }).experiences).toHaveLength(1);
    expect(context.toPayload().experiences).toHaveLength(0);
    expect(context.diagnoseExperience('e', { attributes: { country: 'DE' } }).reason).toBe('resolved');
    expect(context.diagnoseExperience('e').reason).toBe('audience_mismatch');
  });

  it('lie over the attributes of the context, and undefined hides one', () => {
    const { core } = bench(forGermans());
    expect(
      core.createContext('visitor-1', { country: 'DE' }).runExperience('e', { attributes: { country: 'US' } }),
    ).toBeNull();
    expect(
      core.createContext('visitor-2', { country: 'DE' }).runExperience('e', { attributes: { country: undefined } }),
    ).toBeNull();
    expect(
      core.createContext('visitor-3', { country: 'DE' }).runExperience('e', { attributes: { plan: 'pro' } }),
    ).not.toBeNull();
  });

  it('may be null, like the options', () => {
    const context = bench(forGermans()).core.createContext('visitor-1', { country: 'DE' });
    const nothing = { attributes: null, locationAttributes: null, environment: null } as never;
    expect(context.runExperience('e', nothing)).not.toBeNull();
    expect(context.runExperience('e', null as never)).not.toBeNull();
  });

  it('of runCustomSegments stay out of the context', () => {
    const segments = [{ id: '60', key: 'germans', rules: all(where('country', 'equals', 'DE')) }];
    const { core } = bench(project({ segments }));
    const context = core.createContext('visitor-1', { country: 'US' });
    expect(context.runCustomSegments(['germans', 'unknown'])).toEqual({ matchedSegmentIds: [], matched: false });
    expect(context.runCustomSegments(['germans'], { ruleData: { country: 'DE' } })).toEqual({
      matchedSegmentIds: ['60'],
      matched: true,
    });
    expect(context.attributes).toEqual({ country: 'US' });
    expect(context.defaultSegments).toEqual({ customSegments: ['60'] });
    expect(context.runCustomSegments(['germans'], { ruleData: { country: 'DE' } }).matched).toBe(false);
    expect(core.createContext('visitor-1').defaultSegments).toEqual({ customSegments: ['60'] });
  });

  it('of runCustomSegments may be null', () => {
    const segments = [{ id: '60', key: 'germans', rules: all(where('country', 'equals', 'DE')) }];
    const context = bench(project({ segments })).core.createContext('visitor-1', { country: 'DE' });
    expect(context.runCustomSegments(['germans'], { ruleData: null as never }).matched).toBe(true);
  });
});

describe('location attributes', () => {
  const atHome = () =>
    project({
      locations: [{ id: '80', key: 'home', rules: all(where('path', 'equals', '/')) }],
      experiences: [experience('10', 'e', { locations: ['80'] })],
    });

  it('are seen by location rules only', () => {
    const context = bench(atHome()).core.createContext('visitor-1', { path: '/' });
    expect(context.runExperience('e')).toBeNull();
    expect(context.runExperience('e', { attributes: { path: '/' } })).toBeNull();
    expect(context.runExperience('e', { locationAttributes: { path: '/' } })).not.toBeNull();
    expect(context.runExperience('e')).toBeNull();
  });

  it('are not seen by audience rules', () => {
    const context = bench(forGermans()).core.createContext('visitor-1');
    expect(context.runExperience('e', { locationAttributes: { country: 'DE' } })).toBeNull();
  });
});

describe('the environment', () => {
  const staged = () =>
    project({ experiences: [experience('10', 'e', { environment: 'staging' }), experience('20', 'f')] });
  const keys = (context: ReturnType<ReturnType<typeof bench>['core']['createContext']>, environment?: string) =>
    context.runExperiences(environment === undefined ? {} : { environment }).map(({ experienceKey }) => experienceKey);

  it('of Core is checked', () => {
    expect(keys(bench(staged(), { environment: 'production' }).core.createContext('v'))).toEqual(['f']);
    expect(keys(bench(staged(), { environment: 'staging' }).core.createContext('v'))).toEqual(['e', 'f']);
  });

  it('is not checked when Core has none', () => {
    expect(keys(bench(staged()).core.createContext('v'))).toEqual(['e', 'f']);
  });

  it('of one call counts instead, for that call only', () => {
    const context = bench(staged(), { environment: 'production' }).core.createContext('v');
    expect(keys(context, 'staging')).toEqual(['e', 'f']);
    expect(keys(context)).toEqual(['f']);
    const unset = bench(staged()).core.createContext('v');
    expect(keys(unset, 'production')).toEqual(['f']);
    expect(unset.diagnoseExperience('e', { environment: 'production' }).reason).toBe('environment_mismatch');
  });
});
