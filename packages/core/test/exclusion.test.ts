import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bench } from './support/ports.ts';
import { all, arms, audience, experience, inExperience, type Json, project } from './support/project.ts';

interface Wish {
  /** Experiences that this one must not be joined with. */
  readonly not: readonly string[];
  /** Experiences that this one needs. */
  readonly needs?: readonly string[];
  readonly share?: number;
}

/** Experiences with exclusion rules, in the given order. */
function excluding(wishes: readonly (readonly [string, Wish])[]): Json {
  return project({
    audiences: wishes.map(([key, { not, needs = [] }]) =>
      audience(
        `for-${key}`,
        all(...not.map((other) => inExperience(other)), ...needs.map((other) => inExperience(other, false))),
      ),
    ),
    experiences: wishes.map(([key, { not, needs = [], share = 100 }], at) =>
      experience(`${at + 1}0`, key, {
        audiences: not.length + needs.length === 0 ? [] : [`for-${key}`],
        variations: arms(`${at + 1}0`, [share]),
      }),
    ),
  });
}

const payloadKeys = (data: Json, visitorId: string, only?: readonly string[]): string[] =>
  bench(data, { tracking: 'off' })
    .core.createContext(visitorId)
    .toPayload(only ? { only } : {})
    .experiences.map(({ experienceKey }) => experienceKey);

describe('exclusion in a payload', () => {
  it('holds whatever the order of the config', () => {
    const first = ['first', { not: [], share: 50 }] as const;
    const second = ['second', { not: ['first'] }] as const;
    for (const order of [
      [first, second],
      [second, first],
    ]) {
      const data = excluding(order);
      const seen = new Set<string>();
      for (let at = 0; at < 100; at++) seen.add(payloadKeys(data, `visitor-${at}`).join('+'));
      expect(seen).toEqual(new Set(['first', 'second']));
    }
  });

  it('holds between two that exclude each other: everyone is in exactly one, the same for all', () => {
    for (const [one, other] of [
      ['first', 'second'],
      ['second', 'first'],
    ] as const) {
      const data = excluding([
        [one, { not: [other] }],
        [other, { not: [one] }],
      ]);
      const seen = new Set<string>();
      for (let at = 0; at < 50; at++) seen.add(payloadKeys(data, `visitor-${at}`).join('+'));
      expect(seen.size).toBe(1);
      expect(['first', 'second']).toContain([...seen][0]);
    }
  });

  it('holds when only the excluded one is asked for', () => {
    const data = excluding([
      ['second', { not: ['first'] }],
      ['first', { not: [], share: 50 }],
    ]);
    for (let at = 0; at < 50; at++) {
      const whole = payloadKeys(data, `visitor-${at}`);
      expect(payloadKeys(data, `visitor-${at}`, ['second'])).toEqual(whole.filter((key) => key === 'second'));
    }
  });

  it('an experience that excludes itself is shown to those who are not in it yet', () => {
    const data = excluding([['self', { not: ['self'] }]]);
    expect(() => payloadKeys(data, 'visitor-1')).not.toThrow();
  });

  it('agrees with what the visitor already has', () => {
    const { core } = bench(
      excluding([
        ['second', { not: ['first'] }],
        ['first', { not: [] }],
      ]),
    );
    core.createContext('visitor-1').runExperience('second');
    core.createContext('visitor-2').runExperience('first');
    const keys = (visitorId: string) =>
      core
        .createContext(visitorId)
        .toPayload()
        .experiences.map(({ experienceKey }) => experienceKey);
    expect(keys('visitor-2')).toEqual(['first']);
    expect(keys('visitor-1')).not.toEqual(expect.arrayContaining(['first', 'second']));
  });

  const NAMES = ['a', 'b', 'c', 'd', 'e'];
  const wish = fc.record({ not: fc.subarray(NAMES), share: fc.constantFrom(0, 30, 60, 100) });
  const graph = fc
    .shuffledSubarray(NAMES, { minLength: 2, maxLength: 5 })
    .chain((order) =>
      fc.tuple(
        ...order.map((key) =>
          wish.map((made) => [key, { ...made, not: made.not.filter((other) => other !== key) }] as const),
        ),
      ),
    );

  it('holds in every web of exclusions, for every visitor and every selection', () => {
    fc.assert(
      fc.property(
        graph,
        fc.string({ minLength: 1 }),
        fc.subarray(NAMES, { minLength: 1 }),
        (wishes, visitorId, only) => {
          const data = excluding(wishes);
          const not = new Map(wishes.map(([key, made]) => [key, made.not]));
          for (const joined of [payloadKeys(data, visitorId), payloadKeys(data, visitorId, only)]) {
            for (const key of joined) for (const other of not.get(key) ?? []) expect(joined).not.toContain(other);
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('never leaves out a visitor whom nothing excludes', () => {
    fc.assert(
      fc.property(graph, fc.string({ minLength: 1 }), (wishes, visitorId) => {
        const data = excluding(wishes);
        const joined = payloadKeys(data, visitorId);
        const alone = wishes.filter(([, { not }]) => not.length === 0).map(([key]) => key);
        const context = bench(data, { tracking: 'off' }).core.createContext(visitorId);
        for (const key of alone) expect(joined.includes(key)).toBe(context.diagnoseExperience(key).resolved);
      }),
      { numRuns: 300 },
    );
  });

  it('an experience that needs another comes with it and never alone', () => {
    fc.assert(
      fc.property(graph, fc.constantFrom(...NAMES), fc.string({ minLength: 1 }), (wishes, needed, visitorId) => {
        if (!wishes.some(([key]) => key === needed)) return;
        const data = excluding([['follower', { not: [], needs: [needed] }], ...wishes]);
        const joined = payloadKeys(data, visitorId);
        expect(joined.includes('follower')).toBe(joined.includes(needed));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('exclusion while running', () => {
  it('sees the decisions made before, in config order', () => {
    const data = excluding([
      ['first', { not: [] }],
      ['second', { not: ['first'] }],
    ]);
    const keys = bench(data, { tracking: 'off' })
      .core.createContext('visitor-1')
      .runExperiences()
      .map(({ experienceKey }) => experienceKey);
    expect(keys).toEqual(['first']);
    expect(bench(data, { tracking: 'off' }).core.createContext('visitor-1').runExperience('second')).not.toBeNull();
  });

  it('sees what another context of the visitor decided', () => {
    const { core } = bench(
      excluding([
        ['first', { not: [] }],
        ['second', { not: ['first'] }],
      ]),
    );
    core.createContext('visitor-1').runExperience('first', { enableTracking: false });
    expect(core.createContext('visitor-1').diagnoseExperience('second').reason).toBe('audience_mismatch');
    expect(core.createContext('visitor-2').diagnoseExperience('second').reason).toBe('resolved');
  });
});
