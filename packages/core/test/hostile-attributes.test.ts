import { describe, expect, it } from 'vitest';
import { bench } from './support/ports.ts';
import { any, audience, experience, project, where } from './support/project.ts';

const MATCH_TYPES = [
  ['equals', 'x'],
  ['equalsNumber', 5],
  ['matches', 'x'],
  ['contains', 'x'],
  ['startsWith', 'x'],
  ['endsWith', 'x'],
  ['less', 5],
  ['lessEqual', 'm'],
  ['isIn', 'x|y'],
  ['regexMatches', '^x+$'],
  ['exists', null],
  ['doesNotExist', null],
  ['not_exists', null],
] as const;

/** Every match type, plain and negated, on the attribute `v`; as audience and as location. */
function everyRule() {
  const rules = any(
    ...MATCH_TYPES.flatMap(([type, value]) => [where('v', type, value), where('v', type, value, true)]),
    where('v', 'contains', 'never-there'),
  );
  return project({
    audiences: [audience('7', rules)],
    locations: [{ id: '80', key: 'l', rules }],
    segments: [{ id: '60', key: 's', rules }],
    experiences: [
      experience('10', 'by-audience', { audiences: ['7'] }),
      experience('20', 'by-location', { locations: ['80'] }),
    ],
    goals: [{ id: '50', key: 'goal' }],
  });
}

const throwing = () => {
  throw new Error('not for you');
};
const cyclic: Record<string, unknown> = {};
cyclic.self = cyclic;
const revoked = Proxy.revocable({}, {});
revoked.revoke();

const VALUES: [string, unknown][] = [
  ['an object without prototype', Object.create(null)],
  ['an object without prototype but with members', Object.assign(Object.create(null), { x: 1 })],
  ['an object whose toString throws', { toString: throwing }],
  ['an object whose toString returns an object', { toString: () => ({}), valueOf: () => ({}) }],
  ['an object that throws when converted', { [Symbol.toPrimitive]: throwing }],
  ['an object with a throwing getter', Object.defineProperty({}, 'x', { get: throwing, enumerable: true })],
  ['a symbol', Symbol('x')],
  ['a bigint', 10n],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-0', -0],
  ['null', null],
  ['undefined', undefined],
  ['a function', () => 'x'],
  ['a date that is none', new Date(Number.NaN)],
  ['a cyclic object', cyclic],
  ['a list of all that', [Symbol('x'), 10n, cyclic, { toString: throwing }]],
  ['a sparse list', new Array(3)],
  ['a lone surrogate', '\ud800'],
  [
    'a proxy that refuses everything',
    new Proxy({}, { ownKeys: throwing, get: throwing, has: throwing, getOwnPropertyDescriptor: throwing }),
  ],
  ['a revoked proxy', revoked.proxy],
  ['a promise', Promise.resolve('x')],
];

function useEverywhere(attributes: object): void {
  const bag = attributes as Record<string, unknown>;
  const { core } = bench(everyRule(), { batchSize: 1 });
  const context = core.createContext('visitor-1', bag);
  context.runExperiences();
  context.runCustomSegments(['s']);
  context.trackConversion('goal');
  context.toPayload();
  void context.attributes;
  const other = core.createContext('visitor-2');
  other.runExperiences({ attributes: bag, locationAttributes: bag });
  other.runExperience('by-location', { locationAttributes: bag });
  other.runCustomSegments(['s'], { ruleData: bag });
  other.toPayload({ attributes: bag, locationAttributes: bag });
  other.diagnoseExperience('by-audience', { attributes: bag });
  other.setAttributes(bag);
  other.setSegments(bag);
}

describe('an attribute never makes a decision throw', () => {
  it.each(VALUES)('%s', (_name, v) => {
    expect(() => useEverywhere({ v })).not.toThrow();
  });

  it('when reading it throws', () => {
    const bag = Object.defineProperty({ country: 'DE' }, 'v', { get: throwing, enumerable: true });
    expect(() => useEverywhere(bag)).not.toThrow();
  });

  it('when the attributes are a string, a list or nothing at all', () => {
    for (const bag of ['abc', ['a', 'b'], null, undefined, 7]) expect(() => useEverywhere(bag as never)).not.toThrow();
  });
});

describe('an attribute never stops delivery', () => {
  const REPORTED = ['country', 'browser', 'devices', 'source', 'campaign', 'visitorType'];
  it.each(VALUES)('%s', async (_name, value) => {
    const { core, transport } = bench(everyRule(), { retry: { maxMs: 50 } });
    const attributes = Object.fromEntries(REPORTED.map((name) => [name, value]));
    core.createContext('visitor-1', attributes).trackConversion('goal');
    core.createContext('visitor-2', { country: 'DE' }).trackConversion('goal');
    await core.flush();
    const visitors = transport.sent.flatMap(({ body }) => JSON.parse(JSON.stringify(body)).visitors);
    expect(visitors.map((visitor: { visitorId: string }) => visitor.visitorId)).toEqual(['visitor-1', 'visitor-2']);
  });
});

describe('a long attribute costs little', () => {
  const PATTERNS = ['(a|a)*$', '(.*a){20}', '^(a+)+$', '\\s+$', 'x*x*x*y'];
  it.each(PATTERNS)('100 kB against /%s/', (pattern) => {
    const rules = any(where('v', 'regexMatches', pattern), where('v', 'regexMatches', pattern, true));
    const data = project({
      audiences: [audience('7', rules)],
      experiences: [experience('10', 'e', { audiences: ['7'] })],
    });
    const { core } = bench(data);
    const started = performance.now();
    for (const letter of ['a', ' ', 'x'])
      core.createContext('visitor-1', { v: `${letter.repeat(100_000)}!` }).runExperience('e');
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it.each([
    ['^(a+)+$', `${'a'.repeat(25)}!`],
    ['x*x*x*y', 'x'.repeat(200)],
  ])('a short one against /%s/, which backtracks', (pattern, v) => {
    const rules = any(where('v', 'regexMatches', pattern));
    const data = project({
      audiences: [audience('7', rules)],
      experiences: [experience('10', 'e', { audiences: ['7'] })],
    });
    const { core } = bench(data);
    const started = performance.now();
    core.createContext('visitor-1', { v }).runExperience('e');
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it.each([
    ['^/products/[^/]+/reviews/?$', '/products/ridge-pack/reviews'],
    ['^(de|at|ch)$', 'AT'],
    ['.*\\.example\\.(com|org)$', 'shop.example.org'],
    ['^[\\w.+-]+@[\\w-]+\\.[\\w.]+$', 'someone+x@mail.example.org'],
    ['(^|&)utm_source=(news|mail)[^&]*(&|$)', 'a=1&utm_source=newsletter&b=2'],
    ['^.*iphone.*os 1[5-9]_.*$', 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X)'],
  ])('and ordinary patterns still match: /%s/', (pattern, v) => {
    const rules = any(where('v', 'regexMatches', pattern));
    const data = project({
      audiences: [audience('7', rules)],
      experiences: [experience('10', 'e', { audiences: ['7'] })],
    });
    const context = bench(data).core.createContext('visitor-1', { v });
    expect(context.diagnoseExperience('e').reason).toBe('resolved');
  });

  it('a megabyte against every other match type', () => {
    const { core } = bench(everyRule());
    const started = performance.now();
    const context = core.createContext('visitor-1', { v: 'x|'.repeat(500_000) });
    context.runExperiences();
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('what is too long for a regular expression matches in neither direction', () => {
    const run = (negated: boolean, length: number) =>
      bench(
        project({
          audiences: [audience('7', any(where('v', 'regexMatches', 'x', negated)))],
          experiences: [experience('10', 'e', { audiences: ['7'] })],
        }),
      )
        .core.createContext('visitor-1', { v: 'x'.repeat(length) })
        .diagnoseExperience('e').reason;
    expect([run(false, 4_000), run(true, 4_000)]).toEqual(['resolved', 'audience_mismatch']);
    expect([run(false, 100_000), run(true, 100_000)]).toEqual(['audience_mismatch', 'audience_mismatch']);
  });
});
