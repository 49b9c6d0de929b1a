import { describe, expect, it } from 'vitest';
import { bench } from './support/ports.ts';
import { arms, experience, type Json, project, shop } from './support/project.ts';
import { sampleProject } from './support/sample-project.ts';

function exercise(data: unknown): void {
  const { core } = bench(data);
  const context = core.createContext('visitor-1', { country: 'DE', device: 'desktop' });
  context.runExperiences({ locationAttributes: { path: '/' } });
  context.runFeatures({ locationAttributes: { path: '/' } });
  context.runCustomSegments(['germans']);
  context.trackConversion('purchase');
  context.toPayload();
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  }
  return value;
}

describe('the config that was given', () => {
  it('may be frozen through and through', () => {
    expect(() => exercise(deepFreeze(shop()))).not.toThrow();
    expect(() => exercise(deepFreeze(sampleProject()))).not.toThrow();
  });

  it('is neither changed nor frozen', () => {
    for (const data of [shop(), sampleProject()]) {
      const before = JSON.stringify(data);
      exercise(data);
      expect(JSON.stringify(data)).toBe(before);
      visit(data, (object) => expect(Object.isFrozen(object)).toBe(false));
    }
  });

  it('may be changed afterwards without changing a decision', () => {
    const data = shop();
    const { core } = bench(data);
    const before = core.createContext('visitor-1').toPayload();
    const [hero] = data.experiences as Json[];
    Object.assign(hero as Json, { key: 'renamed', variations: arms('10', [0, 0]), audiences: ['nobody'] });
    (data.experiences as Json[]).length = 0;
    (data.goals as Json[]).push({ id: '99', key: 'new' });
    expect(core.createContext('visitor-1').toPayload()).toEqual(before);
    expect(core.currentConfig?.entity('goal', 'new')).toBeNull();
  });

  it('may have members that are shared', () => {
    const variations = arms('10', [100]);
    const data = project({
      experiences: [experience('10', 'a', { variations }), experience('20', 'b', { variations })],
    });
    expect(bench(data).core.createContext('visitor-1').runExperiences()).toHaveLength(2);
  });
});

describe('what the config hands out', () => {
  it('is read-only through and through', () => {
    const { core } = bench(shop());
    const snapshot = core.currentConfig;
    const result = core.createContext('visitor-1').runExperience('hero');
    for (const object of [snapshot?.entity('experience', 'hero'), snapshot?.entity('goal', 'purchase'), result]) {
      visit(object, (member) => expect(Object.isFrozen(member)).toBe(true));
    }
  });
});

function visit(value: unknown, each: (object: object) => void): void {
  if (typeof value !== 'object' || value === null) return;
  each(value);
  for (const member of Object.values(value)) visit(member, each);
}
