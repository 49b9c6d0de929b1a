import { ConvertError, Core } from '@convert-fullstack/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  all,
  any,
  arms,
  audience,
  experience,
  type Json,
  project,
  shop,
  switchesOn,
  targeting,
  where,
} from './support/project.ts';

/** Uses everything a config can break; throws only what no document may make Core throw. */
function exercise(data: unknown): 'refused' | 'works' {
  let core: Core;
  try {
    core = new Core({ data, logLevel: 'silent', batchSize: 1_000_000, environment: 'production' });
  } catch (error) {
    if (error instanceof ConvertError && error.code === 'config_invalid') return 'refused';
    throw error;
  }
  const context = core.createContext('visitor-1', { country: 'DE', price: 12 });
  const { entityCounts } = core.currentConfig ?? {};
  expect(entityCounts).toBeDefined();
  expect(typeof core.currentConfig?.version).toBe('string');
  const payload = context.toPayload({ locationAttributes: { path: '/' } });
  expect(() => JSON.stringify(payload)).not.toThrow();
  for (const { experienceKey } of context.runExperiences()) context.diagnoseExperience(experienceKey);
  for (const { featureKey } of context.runFeatures()) context.diagnoseFeature(featureKey);
  for (const goal of payload.goals) context.trackConversion(goal);
  context.runCustomSegments(['germans', 'x']);
  void core.close();
  return 'works';
}

const odd = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1e308, '', 'x', '<html>', [], {}, [null], [[]], [{}]),
  fc.constantFrom<unknown>(
    { toString: null, valueOf: null },
    { toJSON: 1 },
    { length: -1 },
    '__proto__',
    'constructor',
  ),
  fc.jsonValue({ maxDepth: 3 }),
);

describe('a hostile document gives a ConvertError or a Core that works', () => {
  it('whatever JSON it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (data) => exercise(data) === 'refused'),
      { numRuns: 500 },
    );
  });

  it('when anything stands in one of the places that are read', () => {
    const text = JSON.stringify(rich());
    const places = pathsOf(rich());
    let working = 0;
    fc.assert(
      fc.property(fc.nat(places.length - 1), odd, (at, value) => {
        const data = JSON.parse(text);
        put(data, places[at] ?? [], value);
        if (exercise(data) === 'works') working++;
      }),
      { numRuns: 7_000 },
    );
    expect(working).toBeGreaterThan(500);
  });

  it('when several places are wrong at once', () => {
    const text = JSON.stringify(rich());
    const places = pathsOf(rich());
    const wrong = fc.array(fc.tuple(fc.nat(places.length - 1), odd), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(wrong, (puts) => {
        const data = JSON.parse(text);
        for (const [at, value] of puts) put(data, places[at] ?? [], value);
        exercise(data);
      }),
      { numRuns: 2_500 },
    );
  });
});

const unprintable = { toString: null, valueOf: null };

describe('values that cannot become text', () => {
  it.each<[string, Json]>([
    ['as the name of an experience', { name: unprintable }],
    ['as the version of an experience', { version: unprintable }],
    ['as the key of a variation', { variations: [{ id: '1', key: unprintable }] }],
    ['as the status of a variation', { variations: [{ id: '1', status: unprintable }] }],
  ])('%s', (_place, part) => {
    expect(['works', 'refused']).toContain(exercise(project({ experiences: [experience('10', 'hero', part)] })));
  });

  it.each(['boolean', 'integer', 'float', 'string', 'json', 'unknown'])('as a feature variable of type %s', (type) => {
    const data = project({
      features: [{ id: '30', key: 'banner', variables: [{ key: 'v', type }] }],
      experiences: [
        experience('10', 'hero', {
          variations: arms('10', [100], [{ changes: [switchesOn('30', { v: unprintable })] }]),
        }),
      ],
    });
    expect(['works', 'refused']).toContain(exercise(data));
  });

  it('as the value of a rule', () => {
    for (const matchType of ['equals', 'contains', 'startsWith', 'less', 'isIn', 'regexMatches', 'exists']) {
      expect(exercise(targeting(any(where('country', matchType, unprintable))))).toBe('works');
    }
  });
});

describe('values that JSON does not have', () => {
  it.each<[string, unknown]>([
    ['a list with holes', Object.assign([], { 2: null })],
    ['bigint', 10n],
    ['symbol', Symbol('x')],
    ['function', () => 1],
    ['date', new Date(0)],
    ['map', new Map([['a', 1]])],
    ['undefined', undefined],
  ])('%s', (_name, value) => {
    for (const place of pathsOf(rich())) {
      const data = rich();
      put(data, place, value);
      expect(['works', 'refused']).toContain(exercise(data));
    }
  });
});

describe('sizes', () => {
  it('20,000 conditions in one list', () => {
    const conditions = Array.from({ length: 20_000 }, (_, at) =>
      where('country', 'contains', at % 2 === 0 ? 'D' : 'E'),
    );
    expect(exercise(targeting(all(...conditions)))).toBe('works');
    expect(exercise(targeting(any(...conditions)))).toBe('works');
  });

  it('20,000 audiences that must all match', () => {
    const audiences = Array.from({ length: 20_000 }, (_, at) =>
      audience(`a${at}`, all(where('country', 'equals', 'DE'))),
    );
    const settings = { matching_options: { audiences: 'all' } };
    const hero = experience('10', 'hero', { settings, audiences: audiences.map(({ id }) => id) });
    expect(exercise(project({ audiences, experiences: [hero] }))).toBe('works');
  });

  it('1,000 experiences of which each excludes the next', () => {
    const size = 1_000;
    const audiences = Array.from({ length: size }, (_, at) =>
      audience(
        `a${at}`,
        all({ rule_type: 'bucketed_into_experience_key', value: `e${at + 1}`, matching: { negated: true } }),
      ),
    );
    const experiences = Array.from({ length: size }, (_, at) =>
      experience(`${at + 1}`, `e${at}`, { audiences: [`a${at}`] }),
    );
    expect(exercise(project({ audiences, experiences }))).toBe('works');
  });

  it('a key of a megabyte', () => {
    expect(exercise(project({ experiences: [experience('10', 'k'.repeat(1_000_000))] }))).toBe('works');
  });
});

/** Uses every part of a config that the engine reads. */
function rich(): Json {
  const data = shop();
  const [hero, checkout] = data.experiences as [Json, Json];
  Object.assign(hero, {
    audiences: ['7', '8', '60'],
    locations: ['80'],
    environment: 'production',
    settings: { matching_options: { audiences: 'all', locations: 'any' } },
  });
  Object.assign(checkout, { site_area: all(where('path', 'startsWith', '/')), audiences: ['9'] });
  return {
    ...data,
    audiences: [
      audience('7', all(where('country', 'isIn', 'de|at'), where('price', 'less', 20))),
      audience('8', any(where('country', 'regexMatches', '^d')), 'permanent'),
      audience('9', all({ rule_type: 'bucketed_into_experience_key', value: 'hero', matching: { negated: true } })),
    ],
    locations: [{ id: '80', key: 'home', rules: all(where('path', 'equals', '/')) }],
    archived_experiences: ['404'],
  };
}

type Path = readonly (string | number)[];

function pathsOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  const members = Object.entries(value).flatMap(([name, member]) =>
    pathsOf(member, [...at, Array.isArray(value) ? Number(name) : name]),
  );
  return at.length === 0 ? members : [at, ...members];
}

function put(data: unknown, path: Path, value: unknown): void {
  let object = data as Record<string | number, unknown>;
  for (const name of path.slice(0, -1)) {
    const member = object[name];
    if (typeof member !== 'object' || member === null) return;
    object = member as typeof object;
  }
  const last = path.at(-1);
  if (last !== undefined) object[last] = value;
}
