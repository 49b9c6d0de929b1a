import { carriedFeatureIds } from '../decide/feature.ts';
import { fingerprint } from '../decide/hash.ts';
import { EXCLUSION, type Predicate, ruleCompiler } from '../decide/rules.ts';
import {
  compilePlan,
  type Experience,
  type Index,
  type Plan,
  type PlanParts,
  type Variation,
  type Warn,
} from './plan.ts';
import { type Privacy, privacyOf } from './privacy.ts';
import { objectList, readConfig, type WireConfig, type WireEntity, type WireObject } from './wire-config.ts';

/** Read-only view of the loaded config. */
export interface ConfigSnapshot {
  readonly accountId: string;
  readonly projectId: string;
  /** Differs whenever the config differs. */
  readonly version: string;
  readonly privacy: Privacy;
  readonly entityCounts: Readonly<Record<EntityType, number>>;
  /** The config's own object of an entity, by key or by id; `null` when there is none. */
  entity(type: EntityType, keyOrId: string): WireObject | null;
}

export type EntityType = 'experience' | 'feature' | 'goal' | 'audience' | 'segment' | 'location';

/** The immutable, indexed project config. */
export class Snapshot implements ConfigSnapshot {
  readonly accountId: string;
  readonly projectId: string;
  readonly privacy: Privacy;
  readonly experiences: readonly Experience[];
  readonly features: readonly WireEntity[];
  readonly locations: readonly WireEntity[];
  readonly goalKeys: readonly string[];
  readonly experienceCount: number;
  readonly variationCount: number;
  /** Whether two experiences have the same key or the same id. */
  readonly hasRepeats: boolean;
  readonly #config: WireConfig;
  readonly #warn: Warn;
  readonly #experiencesByKey = new Map<string, Experience>();
  readonly #experiencesById = new Map<string, Experience>();
  readonly #entities: Readonly<Record<Exclude<EntityType, 'experience'>, Index>>;
  readonly #predicates = new Map<WireEntity, Predicate>();
  readonly #compileRules: (tree: unknown) => Predicate;
  readonly #parts: PlanParts;
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
    this.privacy = privacyOf(config.projectSettings);
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
    const { feature, audience, segment, location } = this.#entities;
    this.#parts = {
      features: feature,
      audiences: audience,
      segments: segment,
      locations: location,
      rulesOf: (entity) => this.rulesOf(entity),
      compileRules: this.#compileRules,
      warn,
    };
    let firstVariation = 0;
    for (const [position, { id, key, source }] of config.experiences.entries()) {
      const environment =
        typeof source.environment === 'string' && source.environment !== '' ? source.environment : null;
      const archived = config.archivedExperienceIds.has(id);
      const variationCount = objectList(source, 'variations', key).length;
      const place = { position, firstVariation, variationCount };
      const experience: Experience = { id, key, environment, archived, source, ...place, plan: null };
      firstVariation += variationCount;
      if (!this.#experiencesByKey.has(key)) this.#experiencesByKey.set(key, experience);
      if (!this.#experiencesById.has(id)) this.#experiencesById.set(id, experience);
    }
    // Experiences are asked for by key, so one whose key is taken is the one that took it.
    this.experiences = config.experiences.flatMap(({ key }) => this.#experiencesByKey.get(key) ?? []);
    this.experienceCount = config.experiences.length;
    this.variationCount = firstVariation;
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
    return [...wanted].sort((one, other) => one.position - other.position);
  }

  planOf(experience: Experience): Plan {
    experience.plan ??= compilePlan(experience, this.#parts);
    return experience.plan;
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
  return fingerprint(JSON.stringify(content));
}
