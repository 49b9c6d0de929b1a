import type { Assignment } from '../bridge/payload.ts';
import { layOut, type TrafficShare } from '../decide/bucketing.ts';
import { type FeaturesById, featuresOf } from '../decide/feature.ts';
import { type HashPrefix, hashPrefix } from '../decide/hash.ts';
import { allOf, anyOf, type Predicate } from '../decide/rules.ts';
import { asText } from '../decide/text.ts';
import type { ExperienceResult } from '../results.ts';
import { asId, idList, isObject, objectList, type WireEntity, type WireObject } from './wire-config.ts';

/** One experience, compiled on its first use. */
export interface Experience {
  readonly id: string;
  readonly key: string;
  readonly environment: string | null;
  readonly archived: boolean;
  readonly source: WireObject;
  /** Among the experiences of the config. */
  readonly position: number;
  /** Position of its first variation among all variations of the config, and how many it has. */
  readonly firstVariation: number;
  readonly variationCount: number;
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
  /** Among all variations of the config. */
  readonly position: number;
  readonly result: ExperienceResult;
  readonly #featuresById: FeaturesById;
  #assignment: Assignment | null = null;

  constructor(experience: Experience, index: number, id: string, source: WireObject, featuresById: FeaturesById) {
    this.experience = experience;
    this.position = experience.firstVariation + index;
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

  /** Among the variations of its experience. */
  get index(): number {
    return this.position - this.experience.firstVariation;
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

/** Entities of one kind. */
export interface Index {
  readonly byKey: ReadonlyMap<string, WireEntity>;
  readonly byId: ReadonlyMap<string, WireEntity>;
}

/** Told when the config refers to something it does not contain. */
export type Warn = (message: string, details: Readonly<Record<string, string>>) => void;

/** What an experience may refer to. */
export interface PlanParts {
  readonly features: Index;
  readonly audiences: Index;
  readonly segments: Index;
  readonly locations: Index;
  readonly rulesOf: (entity: WireEntity) => Predicate;
  readonly compileRules: (tree: unknown) => Predicate;
  readonly warn: Warn;
}

export function compilePlan(experience: Experience, parts: PlanParts): Plan {
  return {
    location: locationOf(experience, parts),
    ...audiencesOf(experience, parts),
    ...variationsOf(experience, parts),
    prefix: hashPrefix(experience.id),
  };
}

function variationsOf(experience: Experience, { features }: PlanParts): Pick<Plan, 'variations' | 'active' | 'bounds'> {
  const { source } = experience;
  const built: Variation[] = [];
  for (const variation of objectList(source, 'variations', experience.key)) {
    const id = asId(variation.id);
    if (id !== null && id !== '') built.push(new Variation(experience, built.length, id, variation, features.byId));
  }
  const shares = built.map(({ result }) => shareOf(result.variation));
  const ranges = layOut(source.version, shares);
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
  return { variations, active, bounds };
}

function shareOf({ status, traffic_allocation: allocation }: WireObject): TrafficShare {
  return { status, allocation };
}

function locationOf(
  { source, key }: Experience,
  { locations, rulesOf, compileRules, warn }: PlanParts,
): Predicate | null {
  const ids = idList(source, 'locations', key);
  if (ids.length === 0) return source.site_area ? compileRules(source.site_area) : null;
  return anyOf(resolved('location', ids, locations, key, warn).map(rulesOf));
}

// The list mixes ids of audiences and of segments; an id that is neither restricts nobody.
function audiencesOf(
  { source, key }: Experience,
  { audiences, segments, rulesOf, warn }: PlanParts,
): Pick<Plan, 'audiences' | 'transientAudiences' | 'segmentIds'> {
  const ids = idList(source, 'audiences', key);
  const segmentIds = ids.filter((id) => segments.byId.has(id));
  const audienceIds = ids.filter((id) => !segments.byId.has(id));
  const checked = resolved('audience', audienceIds, audiences, key, warn);
  const matching = isObject(source.settings) ? source.settings.matching_options : null;
  const combine = isObject(matching) && matching.audiences === 'all' ? allOf : anyOf;
  const check = (some: readonly WireEntity[]): Predicate | null =>
    some.length === 0 ? null : combine(some.map(rulesOf));
  return {
    audiences: check(checked),
    transientAudiences: check(checked.filter((audience) => audience.source.type !== 'permanent')),
    segmentIds: segmentIds.length === 0 ? null : segmentIds,
  };
}

function resolved(
  type: string,
  ids: readonly string[],
  { byId }: Index,
  experienceKey: string,
  warn: Warn,
): WireEntity[] {
  return ids.flatMap((id) => {
    const found = byId.get(id);
    if (found === undefined) warn(`An experience refers to an unknown ${type}.`, { experienceKey, id });
    return found === undefined ? [] : [found];
  });
}
