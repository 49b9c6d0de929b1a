import { all, audience, type Json, project, switchesOn } from './project.ts';

/** A random source that gives the same numbers for the same seed (mulberry32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 ≤ n < 1. */
  roll(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number {
    return from + Math.floor(this.roll() * (to - from + 1));
  }

  chance(share: number): boolean {
    return this.roll() < share;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.between(0, choices.length - 1)] as T;
  }

  /** Some of the choices, in their order. */
  some<T>(choices: readonly T[], share = 0.5): T[] {
    return choices.filter(() => this.chance(share));
  }

  times<T>(from: number, to: number, make: (at: number) => T): T[] {
    return Array.from({ length: this.between(from, to) }, (_, at) => make(at));
  }
}

/** What visitors have and rules ask for, by attribute: so that rules match about as often as not. */
const ATTRIBUTES: Readonly<Record<string, readonly unknown[]>> = {
  plan: ['pro', 'Pro', 'PRO ', 'basic', 'pro|basic', '', null, 'Été', 'ÉTÉ', 'Straße', 'İzmir'],
  age: [0, -1, 5, 17.5, 18, 1e21, 1e-7, '18', '1,000', '0,500', '5.', '+5', '1e2', '.5', Number.NaN],
  total: ['99.90', 99.9, 100, '100', 1000, '1,000', Number.POSITIVE_INFINITY, 'abc', 'abd', '-3', true],
  loyal: [true, false, 'true', 'FALSE', 1, 0, null],
  tags: [['a', 'b'], ['A'], [], [1, 2], ['1'], 'a', 'b|c', [null]],
  profile: [{ pro: 1 }, { Pro: 1, '5': true }, {}, { nested: { deep: 1 } }, 'pro'],
  country: ['DE', 'de', 'AT', 'us', 'US|CA', 'ÖÄ'],
  browser: ['chrome', 'Firefox', 'safari'],
  toString: ['own', 'OWN', 5],
  'key with space': ['x', 'y', '😀', '😀😀'],
};

const LOCATION: Readonly<Record<string, readonly unknown[]>> = {
  path: ['/', '/pricing', '/Pricing/teams', '/cart', '/checkout/complete', '/products/ü'],
  query_string: ['', '?q=1', '?Q=tents&page=2'],
  depth: [0, 1, 2, '3'],
};

const WILD = [...new Set(Object.values(ATTRIBUTES).flat())];

const MATCH_TYPES = [
  ...['matches', 'equals', 'equalsNumber', 'contains', 'startsWith', 'endsWith', 'regexMatches', 'less', 'lessEqual'],
  ...['isIn', 'exists', 'doesNotExist', 'not_exists', 'isSimilarTo'],
];

const PATTERNS = [
  '^pro',
  'o$',
  '[a-c]+',
  '(',
  'p.o',
  '\\d+',
  'é',
  '',
  '.*',
  '^/(cart|pricing)',
  'T',
  '\\bq=',
  '[^a-z]',
];

const LISTS = ['pro|basic', 'PRO|us', ['a', 'B', 5], '', '18|5|true', 'null', [], true, { a: 1 }];

/** A project of packed experiences, with something of everything a config can hold. */
export function randomProject(dice: Dice): Json {
  const audiences = dice.times(2, 5, (at) =>
    audience(`${5_000_000 + at}`, rules(dice, ATTRIBUTES, 0.04), dice.pick(['transient', 'permanent'])),
  );
  const segments = dice.times(1, 3, (at) => ({
    id: `${6_000_000 + at}`,
    key: `segment-${at}`,
    rules: rules(dice, ATTRIBUTES, 0) ?? {},
  }));
  const locations = dice.times(1, 3, (at) => ({
    id: `${7_000_000 + at}`,
    key: `location-${at}`,
    rules: rules(dice, LOCATION, 0.05),
  }));
  const features = dice.times(1, 4, (at) => ({
    id: `${8_000_000 + at}`,
    key: `feature-${at}`,
    variables: VARIABLES.map(([key, type]) => ({ key, type })),
  }));
  const goals = dice.times(1, 3, (at) => ({
    id: `${9_000_000 + at}`,
    key: `goal-${at}`,
    rules: rules(dice, LOCATION, 0.5),
  }));
  const ids = (entities: readonly Json[]): unknown[] => entities.map(({ id }) => id);
  const experiences = dice.times(1, 6, (at) => {
    const id = `${1_003_000_000 + at}`;
    return {
      id: dice.chance(0.1) ? Number(id) : id,
      key: `experience-${at}`,
      name: `Experience ${at}`,
      status: dice.pick(['active', 'paused', 'draft']),
      ...dice.pick([{}, { version: 11 }, { version: 9 }, { version: null }, { version: '11' }, { version: 'beta' }]),
      ...dice.pick([{}, {}, {}, {}, { environment: 'production' }, { environment: 'staging' }, { environment: null }]),
      audiences: dice.pick([
        [],
        null,
        dice.some(ids(audiences)),
        dice.some(ids(audiences)),
        dice.some(ids(audiences), 0.8),
        dice.some(ids(audiences), 0.3),
        [...dice.some(ids(audiences), 0.3), dice.pick(ids(segments))],
        [dice.pick(ids(segments))],
        ['5999999'],
        ['5999999', dice.pick(ids(audiences))],
      ]),
      ...dice.pick([
        {},
        {},
        {},
        { locations: [], site_area: null },
        { locations: ids(locations) },
        { locations: dice.some(ids(locations)), site_area: rules(dice, LOCATION, 0.1) },
        { locations: null, site_area: rules(dice, LOCATION, 0.1) },
        { locations: ['7999999'] },
        { site_area: {} },
      ]),
      settings: {
        matching_options: { audiences: dice.pick(['any', 'any', 'all', 'ANY']), locations: dice.pick(['any', 'all']) },
      },
      variations: variations(dice, at, features),
    };
  });
  const archived = dice.some(ids(experiences), 0.08).map((id) => (dice.chance(0.5) ? Number(id) : String(id)));
  return project({ experiences, audiences, segments, locations, features, goals, archived_experiences: archived });
}

function variations(dice: Dice, experienceAt: number, features: readonly Json[]): Json[] {
  const count = dice.between(1, 4);
  return Array.from({ length: count }, (_, at) => ({
    id: `${1_004_000_000 + experienceAt * 10 + at}`,
    key: `variation-${at}`,
    name: `Variation ${at}`,
    ...dice.pick([
      { status: 'running' },
      { status: 'running' },
      {},
      { status: null },
      { status: 'stopped' },
      { status: 'RUNNING' },
    ]),
    ...dice.pick([
      { traffic_allocation: 100 / count },
      { traffic_allocation: 100 / count },
      { traffic_allocation: 100 / count },
      { traffic_allocation: 100 / count },
      { traffic_allocation: dice.between(1, 40) },
      { traffic_allocation: 33.33 },
      { traffic_allocation: '12.5' },
      { traffic_allocation: 0 },
      { traffic_allocation: -5 },
      { traffic_allocation: '' },
      { traffic_allocation: 250 },
      {},
    ]),
    changes: [
      { id: 1, type: 'customCode', data: { js: '' } },
      ...dice.some(features, 0.4).map(({ id }) => switchesOn(dice.pick([String(id), Number(id)]), variables(dice))),
      ...(dice.chance(0.1) ? [switchesOn('8999999', { unknown: 1 })] : []),
    ],
  }));
}

/** Each declared type with raw values that can be cast to it. */
const VARIABLES: readonly (readonly [key: string, type: string, values: readonly unknown[]])[] = [
  ['shown', 'boolean', [true, false, 'true', 'false', 'False', '', 0, 1, 'no', null, {}]],
  ['columns', 'integer', [3, '3', ' 7 ', '+7', 12.7, '12.7', '12px', true, false, '-7', '1e3']],
  ['ratio', 'float', [0.5, '0.5', '1.5x', true, false, '-1e3', '.5', 7]],
  ['headline', 'string', ['Hello', '', 5, true, null, 1e-7, ['a', 'b'], { a: 1 }, 'Grüße 😀']],
  ['theme', 'json', [{ tone: 'dawn' }, [1, 2], null, '{"a":{"b":[1]}}', '[1,2]', '{"bad', '5', 5, true, 'plain', '']],
  ['color', 'color', ['red', 5, null]],
];

function variables(dice: Dice): Json {
  const declared = dice.some(VARIABLES, 0.7).map(([key, , values]) => [key, dice.pick(values)]);
  return Object.fromEntries(dice.chance(0.2) ? [...declared, ['undeclared', dice.pick(WILD)]] : declared);
}

/** A rule tree, now and then one that is misshapen; `null` with the given chance. */
function rules(dice: Dice, attributes: typeof ATTRIBUTES, absent: number): Json | null {
  if (dice.chance(absent)) return null;
  if (dice.chance(0.03)) return dice.pick([{}, { OR: [] }, { OR: [{}] }, { OR: [{ AND: [] }] }, all()]);
  return {
    OR: dice.times(1, 3, () => ({
      AND: dice.times(1, 2, () =>
        dice.chance(0.02) ? {} : { OR_WHEN: dice.times(1, 3, () => condition(dice, attributes)) },
      ),
    })),
  };
}

function condition(dice: Dice, attributes: typeof ATTRIBUTES): Json {
  const key = dice.chance(0.1) ? dice.pick(['missing', 'Plan', 'constructor']) : dice.pick(Object.keys(attributes));
  const matchType = dice.pick(MATCH_TYPES);
  const negated = dice.chance(0.03) ? 'false' : dice.chance(0.35);
  return {
    rule_type: dice.pick(['generic_text_key_value', 'generic_numeric_key_value', 'generic_bool_key_value', 'cookie']),
    key,
    ...(!dice.chance(0.03) && { value: wanted(dice, matchType, attributes[key] ?? WILD) }),
    matching: dice.chance(0.02)
      ? dice.pick([{}, { match_type: matchType === 'isIn' ? 5 : null, negated: false }])
      : { match_type: matchType, negated },
  };
}

function wanted(dice: Dice, matchType: string, had: readonly unknown[]): unknown {
  if (matchType === 'regexMatches') return dice.pick(PATTERNS);
  if (matchType === 'isIn') return dice.pick(LISTS);
  const value = dice.pick(dice.chance(0.2) ? WILD : had);
  // JSON has no such numbers.
  if (typeof value === 'number' && !Number.isFinite(value)) return 5;
  return typeof value === 'string' && matchType.endsWith('With')
    ? value.slice(0, dice.between(0, value.length))
    : value;
}

export interface RandomVisitor {
  readonly id: string;
  /** Attributes of the first and of the second visit. */
  readonly visits: readonly [Json, Json];
  readonly perCall: Json | undefined;
  readonly locationAttributes: Json;
  readonly environment: string | undefined;
}

export function randomVisitor(dice: Dice, at: number): RandomVisitor {
  const first = someOf(dice, ATTRIBUTES, 0.8);
  // The official SDK keeps attributes that are named like its report segments.
  const kept = Object.fromEntries(Object.entries(first).filter(([name]) => name === 'country' || name === 'browser'));
  const { country: _, browser: __, ...others } = someOf(dice, ATTRIBUTES, 0.8);
  return {
    id: `${dice.pick(['visitor-', 'usér-', '訪問者', '😀', '\ud800', ' ', ''])}${at}`,
    visits: [first, { ...others, ...kept }],
    perCall: dice.chance(0.2) ? { plan: dice.pick(['pro', 'basic', null]), loyal: dice.chance(0.5) } : undefined,
    locationAttributes: someOf(dice, LOCATION, 0.9),
    environment: dice.chance(0.1) ? dice.pick(['staging', 'production', 'test']) : undefined,
  };
}

function someOf(dice: Dice, attributes: typeof ATTRIBUTES, share: number): Json {
  return Object.fromEntries(
    dice.some(Object.entries(attributes), share).map(([key, values]) => [key, dice.pick(values)]),
  );
}
