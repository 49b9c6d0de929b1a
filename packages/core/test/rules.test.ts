import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ruleCompiler } from '../src/decide/rules.ts';
import { all, any, inExperience, type Json, where } from './support/project.ts';

const compile = ruleCompiler((key) => (key === 'other' ? '99' : undefined));
const decided = { has: (id: string) => id === '99' };
const nothing = { has: () => false };

/** Whether a visitor with these attributes meets a rule tree. */
const meets = (tree: unknown, attributes: Json): boolean => compile(tree)(attributes, undefined, decided);
const not = (rule: Json): Json => ({
  ...rule,
  matching: { ...(rule.matching as Json), negated: !(rule.matching as Json).negated },
});

const name = fc.constantFrom('a', 'b', 'c');
const text = fc.constantFrom('x', 'X', 'xy', 'yx', 'y', '5', '7', 'x|y');
const number = fc.integer({ min: 0, max: 9 });
/** Conditions that every text and number can be compared with. */
const condition = fc
  .oneof(
    fc.tuple(
      name,
      fc.constantFrom('equals', 'contains', 'startsWith', 'endsWith', 'isIn', 'matches', 'regexMatches'),
      text,
    ),
    fc.tuple(name, fc.constantFrom('equals', 'equalsNumber'), number),
    fc.tuple(name, fc.constantFrom('exists', 'doesNotExist'), fc.constant(null)),
  )
  .map(([key, matchType, value]) => where(key, matchType, value));
const attributes = fc.record({ a: text, b: fc.oneof(text, number), c: fc.oneof(text, number) });

describe('rules follow logic', () => {
  it('a negated condition is met exactly when the condition is not', () => {
    fc.assert(
      fc.property(condition, attributes, (rule, visitor) => {
        expect(meets(all(not(rule)), visitor)).toBe(!meets(all(rule), visitor));
        expect(meets(all(not(not(rule))), visitor)).toBe(meets(all(rule), visitor));
      }),
      { numRuns: 2_000 },
    );
  });

  it('order: exactly one of less, equal and greater', () => {
    fc.assert(
      fc.property(number, number, (attribute, wanted) => {
        const visitor = { v: attribute };
        const [less, equal, lessEqual] = ['less', 'equalsNumber', 'lessEqual'].map((type) =>
          meets(all(where('v', type, wanted)), visitor),
        );
        expect(less).toBe(attribute < wanted);
        expect(lessEqual).toBe(less || equal);
        expect(meets(all(where('v', 'lessEqual', wanted, true)), visitor)).toBe(attribute > wanted);
        expect(meets(all(where('v', 'less', `${wanted}`)), { v: `${attribute}` })).toBe(less);
      }),
    );
  });

  it('De Morgan: not (a or b) is (not a) and (not b), and the other way round', () => {
    fc.assert(
      fc.property(fc.array(condition, { minLength: 1, maxLength: 5 }), attributes, (rules, visitor) => {
        expect(meets(all(...rules.map(not)), visitor)).toBe(!meets(any(...rules), visitor));
        expect(meets(any(...rules.map(not)), visitor)).toBe(!meets(all(...rules), visitor));
      }),
      { numRuns: 2_000 },
    );
  });

  it('neither order nor repetition of conditions matters', () => {
    fc.assert(
      fc.property(fc.array(condition, { minLength: 1, maxLength: 5 }), attributes, fc.nat(), (rules, visitor, turn) => {
        const turned = [...rules.slice(turn % rules.length), ...rules.slice(0, turn % rules.length), ...rules];
        expect(meets(all(...turned), visitor)).toBe(meets(all(...rules), visitor));
        expect(meets(any(...turned), visitor)).toBe(meets(any(...rules), visitor));
      }),
    );
  });

  it('alternatives: a tree is met exactly when one of its alternatives is', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(condition, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 }),
        attributes,
        (groups, visitor) => {
          const trees = groups.map((rules) => all(...rules));
          const joined = { OR: trees.flatMap(({ OR }) => OR as unknown[]) };
          expect(meets(joined, visitor)).toBe(trees.some((tree) => meets(tree, visitor)));
        },
      ),
    );
  });

  it('an overlay counts like attributes of its own', () => {
    fc.assert(
      fc.property(
        fc.array(condition, { minLength: 1, maxLength: 4 }),
        attributes,
        attributes,
        fc.subarray(['a', 'b', 'c']),
        (rules, base, over, names) => {
          const overlay = Object.fromEntries(names.map((key) => [key, over[key as 'a']]));
          const merged = compile(all(...rules))({ ...base, ...overlay }, undefined, decided);
          expect(compile(all(...rules))(base, overlay, decided)).toBe(merged);
        },
      ),
    );
  });
});

describe('an attribute that is missing', () => {
  it('meets no condition, negated or not, except those about absence', () => {
    fc.assert(
      fc.property(condition, (rule) => {
        const aboutAbsence = ['exists', 'doesNotExist'].includes(String((rule.matching as Json).match_type));
        if (aboutAbsence) expect(meets(all(not(rule)), {})).toBe(!meets(all(rule), {}));
        else expect([meets(all(rule), {}), meets(all(not(rule)), {})]).toEqual([false, false]);
      }),
    );
  });
});

describe('exclusion rules', () => {
  it('ask whether the visitor is in the other experience, and can be negated', () => {
    for (const [has, inOther] of [
      [decided, true],
      [nothing, false],
    ] as const) {
      expect(compile(all(inExperience('other')))({}, undefined, has)).toBe(!inOther);
      expect(compile(all(inExperience('other', false)))({}, undefined, has)).toBe(inOther);
    }
  });

  it('are one condition among the others', () => {
    expect(meets(all(inExperience('other', false), where('a', 'equals', 'x')), { a: 'x' })).toBe(true);
    expect(meets(all(inExperience('other', false), where('a', 'equals', 'x')), { a: 'y' })).toBe(false);
    expect(meets(any(inExperience('other'), where('a', 'equals', 'x')), { a: 'x' })).toBe(true);
  });
});

describe('a tree that is none', () => {
  it('is met by nobody and never throws', () => {
    const broken = [
      null,
      undefined,
      7,
      'OR',
      [],
      {},
      { OR: null },
      { OR: {} },
      { OR: [] },
      { OR: [{}] },
      { OR: [{ AND: [] }] },
      { OR: [{ AND: [{}] }] },
      { OR: [{ AND: [{ OR_WHEN: [] }] }] },
      { OR: [{ AND: [{ OR_WHEN: [null, 7, {}] }] }] },
    ];
    for (const tree of broken) expect(meets(tree, { a: 'x' })).toBe(false);
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.jsonValue(),
        (tree, attribute) => typeof meets({ OR: tree }, { a: attribute }) === 'boolean',
      ),
    );
  });
});
