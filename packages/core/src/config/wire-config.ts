import { ConvertError } from '../errors.ts';

export type WireObject = Readonly<Record<string, unknown>>;

/** A checked, frozen copy of a project's config. Fields this engine does not read are carried along untouched. */
export interface WireConfig {
  readonly accountId: string;
  readonly projectId: string;
  readonly projectSettings: unknown;
  readonly source: WireObject;
  readonly experiences: readonly WireEntity[];
  readonly features: readonly WireEntity[];
  readonly goals: readonly WireEntity[];
  readonly audiences: readonly WireEntity[];
  readonly segments: readonly WireEntity[];
  readonly locations: readonly WireEntity[];
  readonly archivedExperienceIds: ReadonlySet<string>;
}

export interface WireEntity {
  readonly id: string;
  readonly key: string;
  readonly source: WireObject;
}

/** Member names that no config needs and that attacks on JavaScript objects are made of. */
const FORBIDDEN = new Set(['__proto__', 'constructor']);
const MAX_DEPTH = 64;

/**
 * Accepts any document Convert's config service serves, unknown fields and oddities included. Throws `ConvertError`
 * `config_invalid`, naming the field, for what is no config.
 */
export function readConfig(data: unknown): WireConfig {
  if (!isObject(data)) throw invalid('The config', `must be a JSON object, got ${kindOf(data)}`);
  const source = frozenCopy(data, '', 0) as WireObject;
  if (source.error) throw invalid('error', 'is set: the service answered with an error instead of a config');
  const accountId = idOf(source.account_id, 'account_id');
  if (!isObject(source.project)) throw invalid('project', `must be an object, got ${kindOf(source.project)}`);
  const experiences = entities(source, 'experiences');
  for (const experience of experiences) checkExperience(experience.source, `experiences[key=${experience.key}]`);
  return {
    accountId,
    projectId: idOf(source.project.id, 'project.id'),
    projectSettings: source.project.settings,
    source,
    experiences,
    features: entities(source, 'features'),
    goals: entities(source, 'goals'),
    audiences: entities(source, 'audiences'),
    segments: entities(source, 'segments'),
    locations: entities(source, 'locations'),
    archivedExperienceIds: new Set(idList(source, 'archived_experiences', '')),
  };
}

function entities(source: WireObject, field: string): WireEntity[] {
  return objectList(source, field, '').map((entity, index) => {
    const at = `${field}[${index}]`;
    const id = idOf(entity.id, `${at}.id`);
    const key = entity.key ?? id;
    if (typeof key !== 'string' && typeof key !== 'number')
      throw invalid(`${at}.key`, `must be a string, got ${kindOf(key)}`);
    if (FORBIDDEN.has(String(key))) throw invalid(`${at}.key`, `must not be "${key}"`);
    return { id, key: String(key), source: entity };
  });
}

function checkExperience(experience: WireObject, at: string): void {
  idList(experience, 'audiences', at);
  idList(experience, 'locations', at);
  if (experience.settings != null && !isObject(experience.settings)) {
    throw invalid(`${at}.settings`, `must be an object, got ${kindOf(experience.settings)}`);
  }
  for (const [index, variation] of objectList(experience, 'variations', at).entries()) {
    const allocation = variation.traffic_allocation;
    if (allocation != null && typeof allocation !== 'number' && typeof allocation !== 'string') {
      throw invalid(`${at}.variations[${index}].traffic_allocation`, `must be a percentage, got ${kindOf(allocation)}`);
    }
    objectList(variation, 'changes', `${at}.variations[${index}]`);
  }
}

/** The objects of a list field; an absent or null list is empty. */
export function objectList(source: WireObject, field: string, at: string): WireObject[] {
  const value = source[field];
  if (value == null) return [];
  if (!Array.isArray(value)) throw invalid(path(at, field), `must be an array, got ${kindOf(value)}`);
  for (const [index, item] of value.entries()) {
    if (!isObject(item)) throw invalid(`${path(at, field)}[${index}]`, `must be an object, got ${kindOf(item)}`);
  }
  return value;
}

/** The ids of a list field, as strings; an absent or null list is empty. */
export function idList(source: WireObject, field: string, at: string): string[] {
  const value = source[field];
  if (value == null) return [];
  if (!Array.isArray(value)) throw invalid(path(at, field), `must be an array, got ${kindOf(value)}`);
  return value.map((id, index) => idOf(id, `${path(at, field)}[${index}]`));
}

/** Ids are strings in most configs and numbers in some: they are compared as strings. */
export function asId(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : null;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function idOf(value: unknown, field: string): string {
  const id = asId(value);
  if (id === null || id === '') throw invalid(field, `must be a non-empty string or a number, got ${kindOf(value)}`);
  return id;
}

// The caller's object stays his: changing it later must not change decisions, and freezing it would surprise him.
function frozenCopy(value: unknown, at: string, depth: number): unknown {
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') {
    throw invalid(at, `must be JSON, got a ${typeof value}`);
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) throw invalid(at, `is nested more than ${MAX_DEPTH} levels deep`);
  if (Array.isArray(value)) {
    return Object.freeze(Array.from(value, (item, index) => frozenCopy(item, `${at}[${index}]`, depth + 1)));
  }
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    if (FORBIDDEN.has(name)) throw invalid(path(at, name), 'is not allowed as a member name');
    const member = (value as Record<string, unknown>)[name];
    copy[name] = typeof member === 'string' ? member : frozenCopy(member, path(at, name), depth + 1);
  }
  return Object.freeze(copy);
}

function path(at: string, field: string): string {
  return at === '' ? field : `${at}.${field}`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'an array';
  if (value === '') return 'an empty string';
  if (typeof value === 'string')
    return value.trimStart().startsWith('<') ? 'a string that looks like HTML' : 'a string';
  return typeof value === 'object' ? 'an object' : `${typeof value}`;
}

function invalid(field: string, problem: string): ConvertError {
  return new ConvertError('config_invalid', `${field} ${problem}. Expected a Convert Full Stack project config.`);
}
