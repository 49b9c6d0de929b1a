import type { Attributes } from '../results.ts';
import { type Comparison, comparison, judgesAbsence } from './comparisons.ts';

/** Experiences the visitor has a variation of. */
export interface Decided {
  has(experienceId: string): boolean;
}

/** A compiled rule: looks in `overlay` first, then in `base`. */
export type Predicate = (base: Attributes, overlay: Attributes | undefined, decided: Decided) => boolean;

/** Finds the id of an experience that a rule names by its key; `undefined` when there is none. */
export type ExperienceIdOf = (experienceKey: string) => string | undefined;

/** Rule type of the question whether the visitor is in another experience. */
export const EXCLUSION = 'bucketed_into_experience_key';

const never: Predicate = () => false;

/**
 * Compiles rule trees (OR of AND of OR_WHEN); anything malformed never matches. Equal conditions share one predicate:
 * projects repeat the same few, and what is shared stays in the processor's cache.
 */
export function ruleCompiler(experienceIdOf: ExperienceIdOf): (tree: unknown) => Predicate {
  const shared = new Map<string, Predicate>();
  const compile = (element: unknown): Predicate => {
    const text = JSON.stringify(element) ?? '';
    const known = shared.get(text);
    if (known !== undefined) return known;
    const predicate = compileElement(element, experienceIdOf);
    shared.set(text, predicate);
    return predicate;
  };
  return (tree) =>
    anyOf(
      list(tree, 'OR').map((alternative) => {
        const conditions = list(alternative, 'AND').map((condition) => anyOf(list(condition, 'OR_WHEN').map(compile)));
        return conditions.length === 0 ? never : allOf(conditions);
      }),
    );
}

export function anyOf(predicates: readonly Predicate[]): Predicate {
  const [first] = predicates;
  if (first === undefined) return never;
  if (predicates.length === 1) return first;
  return (base, overlay, decided) => {
    for (const predicate of predicates) if (predicate(base, overlay, decided)) return true;
    return false;
  };
}

export function allOf(predicates: readonly Predicate[]): Predicate {
  const [first, second] = predicates;
  if (first !== undefined && predicates.length === 1) return first;
  // The usual case, without the loop and its list.
  if (first !== undefined && second !== undefined && predicates.length === 2) {
    return (base, overlay, decided) => first(base, overlay, decided) && second(base, overlay, decided);
  }
  return (base, overlay, decided) => {
    for (const predicate of predicates) if (!predicate(base, overlay, decided)) return false;
    return true;
  };
}

function compileElement(element: unknown, experienceIdOf: ExperienceIdOf): Predicate {
  if (!isObject(element)) return never;
  const matching = element.matching;
  if (element.rule_type === EXCLUSION) {
    return bucketedInto(element.value, isObject(matching) && matching.negated === true, experienceIdOf);
  }
  if (!isObject(matching)) return never;
  const { match_type: matchType, negated = null } = matching;
  if (typeof matchType !== 'string' || typeof element.key !== 'string') return never;
  if (negated !== null && typeof negated !== 'boolean') return never;
  if (!judgesAbsence(matchType) && !Object.hasOwn(element, 'value')) return never;
  const compare = comparison(matchType, element.value);
  if (compare === null) return never;
  return attributeRule(element.key, compare, negated === true, judgesAbsence(matchType));
}

function attributeRule(key: string, compare: Comparison, negated: boolean, absenceCounts: boolean): Predicate {
  // A plain load is several times faster; only names that every object inherits need the careful one.
  const inherited = key in Object.prototype;
  return (base, overlay) => {
    try {
      let value: unknown;
      if (overlay !== undefined && Object.hasOwn(overlay, key)) value = overlay[key];
      else if (!inherited || Object.hasOwn(base, key)) value = base[key];
      if (value === undefined && !absenceCounts) return false;
      const matches = compare(value);
      return matches !== null && matches !== negated;
    } catch {
      return false; // getters and proxies may throw: an attribute must not take the page with it
    }
  };
}

function bucketedInto(experienceKey: unknown, negated: boolean, experienceIdOf: ExperienceIdOf): Predicate {
  const experienceId = typeof experienceKey === 'string' ? experienceIdOf(experienceKey) : undefined;
  if (experienceId === undefined) return () => negated;
  return (_base, _overlay, decided) => decided.has(experienceId) !== negated;
}

function list(node: unknown, name: string): readonly unknown[] {
  if (!isObject(node)) return [];
  const value = node[name];
  return Array.isArray(value) ? value : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
