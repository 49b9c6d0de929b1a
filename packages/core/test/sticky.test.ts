import { describe, expect, it } from 'vitest';
import { bench, MemoryStore } from './support/ports.ts';
import {
  all,
  arms,
  audience,
  experience,
  inExperience,
  type Json,
  project,
  storeKey,
  where,
} from './support/project.ts';

const visitors = Array.from({ length: 200 }, (_, at) => `visitor-${at}`);

/** What every visitor gets under one config after another, with one store. */
function history(...configs: Json[]): (string | null)[][] {
  const dataStore = new MemoryStore();
  return configs.map((data) => {
    const { core } = bench(data, { dataStore });
    return visitors.map((visitor) => core.createContext(visitor).runExperience('e')?.variationId ?? null);
  });
}

const withArms = (variations: readonly Json[], more: Json = {}) =>
  project({ experiences: [experience('10', 'e', { variations, ...more })] });

describe('a visitor stays in the variation that was given', () => {
  it('when traffic is cut or shifted', () => {
    for (const version of [11, 12]) {
      const [before, after] = history(
        withArms(arms('10', [50, 50]), { version }),
        withArms(arms('10', [5, 95]), { version }),
      );
      expect(after).toEqual(before);
    }
  });

  it('when its arm is stopped, while new visitors go elsewhere', () => {
    const stopped = withArms(arms('10', [50, 50], [{}, { status: 'stopped' }]));
    const [before, after] = history(withArms(arms('10', [50, 50])), stopped);
    expect(after).toEqual(before);
    expect(new Set(before)).toEqual(new Set(['101', '102']));
    const [fresh] = history(stopped);
    expect(new Set(fresh)).toEqual(new Set(['101', null]));
  });

  it('when its arm gets no traffic any more', () => {
    const [before, after] = history(withArms(arms('10', [50, 50])), withArms(arms('10', [100, 0])));
    expect(after).toEqual(before);
  });

  it('until its arm is removed: then again by traffic, and that is remembered', () => {
    const [before, after, later] = history(
      withArms(arms('10', [50, 50])),
      withArms(arms('10', [100])),
      withArms(arms('10', [50, 50])),
    );
    expect(new Set(before)).toEqual(new Set(['101', '102']));
    expect(new Set(after)).toEqual(new Set(['101']));
    expect(later).toEqual(after);
  });

  it('not when the experience is archived or its environment is another', () => {
    const data = withArms(arms('10', [100]));
    const [, archived, back] = history(data, { ...data, archived_experiences: ['10'] }, data);
    expect(new Set(archived)).toEqual(new Set([null]));
    expect(new Set(back)).toEqual(new Set(['101']));
  });
});

describe('audiences of a visitor who has a variation', () => {
  const forPros = (type: 'permanent' | 'transient') =>
    project({
      audiences: [audience('7', all(where('plan', 'equals', 'pro')), type)],
      experiences: [experience('10', 'e', { audiences: ['7'] })],
    });

  it('permanent ones are asked once', () => {
    const { core } = bench(forPros('permanent'));
    expect(core.createContext('visitor-1').runExperience('e')).toBeNull();
    const first = core.createContext('visitor-1', { plan: 'pro' }).runExperience('e');
    expect(first).not.toBeNull();
    expect(core.createContext('visitor-1').runExperience('e')).toBe(first);
    expect(core.createContext('visitor-2').runExperience('e')).toBeNull();
  });

  it('transient ones are asked each time, and the variation comes back with them', () => {
    const { core } = bench(forPros('transient'));
    const first = core.createContext('visitor-1', { plan: 'pro' }).runExperience('e');
    expect(core.createContext('visitor-1').runExperience('e')).toBeNull();
    expect(core.createContext('visitor-1', { plan: 'pro' }).runExperience('e')).toBe(first);
  });

  it('the transient ones of a mixed list still count', () => {
    const data = project({
      audiences: [
        audience('7', all(where('plan', 'equals', 'pro')), 'permanent'),
        audience('8', all(where('country', 'equals', 'DE')), 'transient'),
      ],
      experiences: [
        experience('10', 'e', { audiences: ['7', '8'], settings: { matching_options: { audiences: 'all' } } }),
      ],
    });
    const { core } = bench(data);
    expect(core.createContext('visitor-1', { plan: 'pro', country: 'DE' }).runExperience('e')).not.toBeNull();
    expect(core.createContext('visitor-1', { country: 'DE' }).runExperience('e')).not.toBeNull();
    expect(core.createContext('visitor-1', { plan: 'pro' }).runExperience('e')).toBeNull();
  });
});

describe('memory, without a store', () => {
  it('is shared by the contexts of one Core and by no other Core', () => {
    const growing = project({ experiences: [experience('10', 'e', { version: 11 })] });
    const { core } = bench(growing);
    core.createContext('visitor-1').setAttributes({ plan: 'pro' });
    expect(core.createContext('visitor-1').attributes).toEqual({ plan: 'pro' });
    expect(bench(growing).core.createContext('visitor-1').attributes).toEqual({});
  });

  it('makes exclusion hold from one call to the next', () => {
    const data = project({
      audiences: [audience('7', all(inExperience('first')))],
      experiences: [experience('10', 'first'), experience('20', 'second', { audiences: ['7'] })],
    });
    const { core } = bench(data);
    expect(core.createContext('visitor-1').runExperience('first')).not.toBeNull();
    expect(core.createContext('visitor-1').runExperience('second')).toBeNull();
    expect(core.createContext('visitor-2').runExperience('second')).not.toBeNull();
    expect(core.createContext('visitor-2').runExperience('first')).not.toBeNull();
  });
});

it('a stored decision alone makes exclusion hold, even one for a variation that is gone', () => {
  const data = project({
    audiences: [audience('7', all(inExperience('first')))],
    experiences: [experience('10', 'first'), experience('20', 'second', { audiences: ['7'] })],
  });
  const dataStore = new MemoryStore();
  dataStore.set(storeKey('visitor-1'), { bucketing: { '10': 'gone' } });
  expect(bench(data, { dataStore }).core.createContext('visitor-1').runExperience('second')).toBeNull();
});
