import { describe, expect, it } from 'vitest';
import { errorOf } from './support/errors.ts';
import { bench, MemoryStore } from './support/ports.ts';
import { shop } from './support/project.ts';

describe('a visitor id', () => {
  it.each<[unknown, string]>([
    ['', 'got an empty string'],
    [null, 'got null'],
    [undefined, 'got undefined'],
    [7, 'got number'],
    [{}, 'got object'],
    [['v'], 'got object'],
    [Symbol('v'), 'got symbol'],
  ])('%j is refused', async (visitorId, got) => {
    const { core } = bench(shop());
    expect(errorOf(() => core.createContext(visitorId as string))).toMatch(/^visitor_id_invalid: .*non-empty string/);
    expect(errorOf(() => core.createContext(visitorId as string))).toContain(got);
    await expect(core.loadContext(visitorId as string)).rejects.toMatchObject({ code: 'visitor_id_invalid' });
  });

  it.each(['0', ' ', 'é', '顧客-1', '😀', '\ud800', '__proto__', 'a/b?c#d', 'x'.repeat(100_000), '\u0000'])(
    '%j is fine',
    (visitorId) => {
      const { core } = bench(shop(), { dataStore: new MemoryStore() });
      const first = core.createContext(visitorId).runExperiences();
      expect(first).toHaveLength(2);
      expect(core.createContext(visitorId).runExperiences()).toEqual(first);
    },
  );
});
