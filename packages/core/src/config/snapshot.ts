import type { Assignment } from '../bridge/payload.ts';
import { layOut, type TrafficShare } from '../decide/bucketing.ts';
import { carriedFeatureIds, type FeaturesById, featuresOf } from '../decide/feature.ts';
import { type HashPrefix, hashPrefix, hashText } from '../decide/hash.ts';
import { allOf, anyOf, EXCLUSION, type Predicate, ruleCompiler } from '../decide/rules.ts';
import { asText } from '../decide/text.ts';
import type { ExperienceResult } from '../results.ts';
import {
  asId,
  idList,
  isObject,
  objectList,
  readConfig,
  type WireConfig,
  type WireEntity,
  type WireObject,
} from './wire-config.ts';

/** Read-only view of the loaded config. */
export interface ConfigSnapshot {
  readonly accountId: string;
  readonly projectId: string;
  /** Differs whenever the config differs. */
  readonly version: string;
  readonly entityCounts: Readonly<Record<EntityType, number>>;
  /** The config's own object of an entity, by key or by id; `null` when there is none. */
  entity(type: EntityType, keyOrId: string): WireObject | null;
}

export type EntityType = 'experience' | 'feature' | 'goal' | 'audience' | 'segment' | 'location';

/** One experience, compiled on its first use. */
export interface Experience {
  readonly id: string;
  readonly key: string;
  readonly environment: string | null;
  readonly archived: boolean;
  readonly source: WireObject;
  plan: Plan | null;
}

/** What it takes to decide one experience. `null`: nothing to check. */
export interface Plan {
  readonly location: Predicate | null;
  readonly audiences: Predicate | null;
  /** What remains to check for a visitor who already has a variation: permanent audiences are asked once. */
  readonly transientAudiences: Predicate | null;
  readonly segmentIds: readonly string[] | null;
  readonly variations: ReadonlyMap<string, Variation>;
  readonly prefix: HashPrefix;
  /** Variations that take traffic. */
  readonly active: readonly Variation[];
  /** First bucket and the bucket after the last of each active variation, one pair after the other. */
  readonly bounds: readonly number[];
}

/** One variation with everything a decision hands out, built once. */
export class Variation {
  readonly experience: Experience;
  readonly id: string;
  readonly result: ExperienceResult;
  readonly #featuresById: FeaturesById;
  #assignment: Assignment | null = null;

  constructor(experience: Experience, id: string, source: WireObject, featuresById: FeaturesById) {
    this.experience = experience;
    this.id = id;
    this.#featuresById = featuresById;
    this.result = Object.freeze({
      experienceKey: experience.key,
      experienceId: experience.id,
      experienceName: asText(experience.source.name ?? ''),
      variationKey: asId(source.key),
      variationId: id,
      variation: source,
    });
  }

  get assignment(): Assignment {
    this.#assignment ??= this.#assign();
    return this.#assignment;
  }

  #assign(): Assignment {
    const { experienceKey, experienceId, variationKey, variationId, variation } = this.result;
    const features = featuresOf(variation, this.#featuresById);
    return Object.freeze({ experienceKey, experienceId, variationKey, variationId, features });
  }
}

/** Told when the config refers to something it does not contain. */
export type Warn = (message: string, details: Readonly<Record<string, string>>) => void;

/** The immutable, indexed project config. */
export class Snapshot implements ConfigSnapshot {
  readonly accountId: string;
  readonly projectId: string;
  readonly experiences: readonly Experience[];
  readonly features: readonly WireEntity[];
  readonly locations: readonly WireEntity[];
  readonly goalKeys: readonly string[];
  /** Whether two experiences have the same key or the same id. */
  readonly hasRepeats: boolean;
  readonly #config: WireConfig;
  readonly #warn: Warn;
  readonly #experiencesByKey = new Map<string, Experience>();
  readonly #experiencesById = new Map<string, Experience>();
  readonly #entities: Readonly<Record<Exclude<EntityType, 'experience'>, Index>>;
  readonly #predicates = new Map<WireEntity, Predicate>();
  readonly #compileRules: (tree: unknown) => Predicate;
  #carriers: Map<string, Experience[]> | null = null;
  #version: string | null = null;
  #hasExclusions: boolean | null = null;

  /** Throws `ConvertError` `config_invalid` when `data` is no config. */
  constructor(data: unknown, warn: Warn) {
    const config = readConfig(data);
    this.#config = config;
    this.#warn = warn;
    this.#compileRules = ruleCompiler((experienceKey) => this.#experienceIdOf(experienceKey));
    this.accountId = config.accountId;
    this.projectId = config.projectId;
    this.features = config.features;
    this.locations = config.locations;
    this.goalKeys = Object.freeze(config.goals.map((goal) => goal.key));
    this.#entities = {
      feature: index(config.features),
      goal: index(config.goals),
      audience: index(config.audiences),
      segment: index(config.segments),
      location: index(config.locations),
    };
    for (const { id, key, source } of config.experiences) {
      const environment =
        typeof source.environment === 'string' && source.environment !== '' ? source.environment : null;
      const archived = config.archivedExperienceIds.has(id);
      const experience: Experience = { id, key, environment, archived, source, plan: null };
      if (!this.#experiencesByKey.has(key)) this.#experiencesByKey.set(key, experience);
      if (!this.#experiencesById.has(id)) this.#experiencesById.set(id, experience);
    }
    // Experiences are asked for by key, so one whose key is taken is the one that took it.
    this.experiences = config.experiences.flatMap(({ key }) => this.#experiencesByKey.get(key) ?? []);
    const distinct = Math.min(this.#experiencesByKey.size, this.#experiencesById.size);
    this.hasRepeats = distinct < config.experiences.length;
  }

  /** Whether any rule asks if the visitor is in another experience. */
  get hasExclusions(): boolean {
    this.#hasExclusions ??= JSON.stringify(this.#config.source).includes(`"${EXCLUSION}"`);
    return this.#hasExclusions;
  }

  get version(): string {
    this.#version ??= versionOf(this.#config.source);
    return this.#version;
  }

  get entityCounts(): Readonly<Record<EntityType, number>> {
    const { experiences, features, goals, audiences, segments, locations } = this.#config;
    return {
      experience: experiences.length,
      feature: features.length,
      goal: goals.length,
      audience: audiences.length,
      segment: segments.length,
      location: locations.length,
    };
  }

  entity(type: EntityType, keyOrId: string): WireObject | null {
    if (type === 'experience') return (this.experience(keyOrId) ?? this.experienceById(keyOrId))?.source ?? null;
    if (!Object.hasOwn(this.#entities, type)) return null;
    const found = this.#entities[type];
    return (found.byKey.get(keyOrId) ?? found.byId.get(keyOrId))?.source ?? null;
  }

  experience(key: string): Experience | undefined {
    return this.#experiencesByKey.get(key);
  }

  experienceById(id: string): Experience | undefined {
    return this.#experiencesById.get(id);
  }

  feature(key: string): WireEntity | undefined {
    return this.#entities.feature.byKey.get(key);
  }

  goal(key: string): WireEntity | undefined {
    return this.#entities.goal.byKey.get(key);
  }

  segment(key: string): WireEntity | undefined {
    return this.#entities.segment.byKey.get(key);
  }

  /** Compiled rules of an audience, location or segment; rules that are absent never match. */
  rulesOf(entity: WireEntity): Predicate {
    let predicate = this.#predicates.get(entity);
    if (predicate === undefined) {
      predicate = this.#compileRules(entity.source.rules);
      this.#predicates.set(entity, predicate);
    }
    return predicate;
  }

  variation(experienceId: string, variationId: string): Variation | undefined {
    const experience = this.#experiencesById.get(experienceId);
    return experience && this.planOf(experience).variations.get(variationId);
  }

  /** Experiences with a variation that switches the feature on, in config order. */
  carriersOf(featureId: string): readonly Experience[] {
    this.#carriers ??= this.#findCarriers();
    return this.#carriers.get(featureId) ?? [];
  }

  /** Experiences that are named or carry a named feature, in config order. */
  selected(keys: readonly string[]): readonly Experience[] {
    const wanted = new Set<Experience>();
    for (const key of keys) {
      const experience = this.experience(key);
      if (experience !== undefined) wanted.add(experience);
      const feature = this.feature(key);
      if (feature !== undefined) for (const carrier of this.carriersOf(feature.id)) wanted.add(carrier);
    }
    return this.experiences.filter((experience) => wanted.has(experience));
  }

  planOf(experience: Experience): Plan {
    experience.plan ??= this.#compile(experience);
    return experience.plan;
  }

  #compile(experience: Experience): Plan {
    const { source } = experience;
    const built = objectList(source, 'variations', experience.key).flatMap((variation) => {
      const id = asId(variation.id);
      return id === null || id === '' ? [] : [new Variation(experience, id, variation, this.#entities.feature.byId)];
    });
    const ranges = layOut(
      source.version,
      built.map(({ result }) => shareOf(result.variation)),
    );
    const variations = new Map<string, Variation>();
    const active: Variation[] = [];
    const bounds: number[] = [];
    for (const [at, variation] of built.entries()) {
      if (!variations.has(variation.id)) variations.set(variation.id, variation);
      const range = ranges[at];
      if (range == null) continue;
      active.push(variation);
      bounds.push(range.from, range.to);
    }
    const location = this.#locationOf(experience);
    return {
      location,
      ...this.#audiencesOf(experience),
      variations,
      prefix: hashPrefix(experience.id),
      active,
      bounds,
    };
  }

  #locationOf({ source, key }: Experience): Predicate | null {
    const ids = idList(source, 'locations', key);
    if (ids.length === 0) return source.site_area ? this.#compileRules(source.site_area) : null;
    const locations = this.#resolve('location', ids, key);
    return anyOf(locations.map((location) => this.rulesOf(location)));
  }

  // The list mixes ids of audiences and of segments; an id that is neither restricts nobody.
  #audiencesOf({ source, key }: Experience): Pick<Plan, 'audiences' | 'transientAudiences' | 'segmentIds'> {
    const ids = idList(source, 'audiences', key);
    const segmentIds = ids.filter((id) => this.#entities.segment.byId.has(id));
    const audiences = this.#resolve(
      'audience',
      ids.filter((id) => !segmentIds.includes(id)),
      key,
    );
    const matching = isObject(source.settings) ? source.settings.matching_options : null;
    const combine = isObject(matching) && matching.audiences === 'all' ? allOf : anyOf;
    const check = (checked: readonly WireEntity[]): Predicate | null =>
      checked.length === 0 ? null : combine(checked.map((audience) => this.rulesOf(audience)));
    return {
      audiences: check(audiences),
      transientAudiences: check(audiences.filter((audience) => audience.source.type !== 'permanent')),
      segmentIds: segmentIds.length === 0 ? null : segmentIds,
    };
  }

  #resolve(type: 'audience' | 'location', ids: readonly string[], experienceKey: string): WireEntity[] {
    return ids.flatMap((id) => {
      const found = this.#entities[type].byId.get(id);
      if (found === undefined) this.#warn(`An experience refers to an unknown ${type}.`, { experienceKey, id });
      return found === undefined ? [] : [found];
    });
  }

  #experienceIdOf(experienceKey: string): string | undefined {
    const experience = this.#experiencesByKey.get(experienceKey);
    if (experience === undefined) this.#warn('A rule names an unknown experience.', { experienceKey });
    return experience?.id;
  }

  #findCarriers(): Map<string, Experience[]> {
    const carriers = new Map<string, Experience[]>();
    for (const experience of this.experiences) {
      const ids = objectList(experience.source, 'variations', experience.key).flatMap(carriedFeatureIds);
      for (const id of new Set(ids)) {
        const known = carriers.get(id);
        if (known === undefined) carriers.set(id, [experience]);
        else known.push(experience);
      }
    }
    return carriers;
  }
}

function shareOf({ status, traffic_allocation: allocation }: WireObject): TrafficShare {
  return { status, allocation };
}

interface Index {
  readonly byKey: ReadonlyMap<string, WireEntity>;
  readonly byId: ReadonlyMap<string, WireEntity>;
}

function index(entities: readonly WireEntity[]): Index {
  const byKey = new Map<string, WireEntity>();
  const byId = new Map<string, WireEntity>();
  for (const entity of entities) {
    if (!byKey.has(entity.key)) byKey.set(entity.key, entity);
    if (!byId.has(entity.id)) byId.set(entity.id, entity);
  }
  return { byKey, byId };
}

// The service stamps every answer with its time (`_s_t`), which is no change.
function versionOf({ _s_t, ...content }: WireObject): string {
  const text = JSON.stringify(content);
  return [0, 1].map((seed) => hashText(text, seed).toString(16).padStart(8, '0')).join('');
}
