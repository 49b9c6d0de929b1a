import * as v from 'valibot';
import { EmulatorError } from './errors.ts';
import { percentOf, trafficShares } from './traffic-shares.ts';

// Real documents disagree with the published schema in small ways (ids that are numbers, null lists), so only what the
// emulator itself needs is required, and the document is served exactly as it was given.
const idSchema = v.pipe(v.union([v.string(), v.number()]), v.transform(String), v.nonEmpty());
const labelSchema = v.nullish(v.string(), '');
const idsSchema = v.pipe(
  v.nullish(v.array(idSchema), []),
  v.transform((ids): readonly string[] => ids),
);
const named = { id: idSchema, key: labelSchema, name: labelSchema };

const variationSchema = v.looseObject({
  ...named,
  status: v.nullish(v.string(), 'running'),
  traffic_allocation: v.pipe(v.nullish(v.unknown(), null), v.transform(percentOf)),
});

const experienceSchema = v.looseObject({
  ...named,
  type: labelSchema,
  status: v.nullish(v.string(), 'active'),
  environment: labelSchema,
  audiences: idsSchema,
  locations: idsSchema,
  goals: idsSchema,
  site_area: v.nullish(v.unknown()),
  version: v.nullish(v.unknown()),
  variations: v.nullish(v.array(variationSchema), []),
});

const documentSchema = v.looseObject({
  account_id: idSchema,
  project: v.looseObject({ id: idSchema, name: labelSchema }),
  experiences: v.nullish(v.array(experienceSchema), []),
  goals: v.nullish(v.array(v.looseObject({ ...named, type: labelSchema })), []),
  audiences: v.nullish(v.array(v.looseObject(named)), []),
  segments: v.nullish(v.array(v.looseObject(named)), []),
  locations: v.nullish(v.array(v.looseObject(named)), []),
});

export interface Named {
  readonly id: string;
  readonly key: string;
  readonly name: string;
}

export interface Variation extends Named {
  readonly status: string;
  /** Percent of all visitors, as configured. */
  readonly traffic: number;
  /** The share of all visitors that really get it: 0 to 1. */
  readonly share: number;
}

export interface Experience extends Named {
  readonly type: string;
  readonly status: string;
  readonly environment: string;
  readonly hasSiteArea: boolean;
  readonly audienceIds: readonly string[];
  readonly locationIds: readonly string[];
  readonly goalIds: readonly string[];
  readonly variations: readonly Variation[];
}

export interface Goal extends Named {
  readonly type: string;
}

export interface Project {
  /** The config as it was given. */
  readonly document: Readonly<Record<string, unknown>>;
  readonly accountId: string;
  readonly projectId: string;
  readonly name: string;
  readonly experiences: readonly Experience[];
  readonly goals: readonly Goal[];
  readonly audiences: readonly Named[];
  readonly segments: readonly Named[];
  readonly locations: readonly Named[];
}

/** Reads a project config document; throws an EmulatorError that names the first thing wrong with it. */
export function parseProject(input: unknown): Project {
  const parsed = v.safeParse(documentSchema, input);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const where = v.getDotPath(issue) ?? 'the document';
    throw new EmulatorError('project_invalid', `This is not a project config: ${where}: ${issue.message}.`);
  }
  const config = parsed.output;
  return {
    // A config document is a JSON object: the schema has just said so.
    document: input as Readonly<Record<string, unknown>>,
    accountId: config.account_id,
    projectId: config.project.id,
    name: config.project.name,
    experiences: config.experiences.map((experience) => ({
      ...label(experience),
      type: experience.type,
      status: experience.status,
      environment: experience.environment,
      hasSiteArea: Boolean(experience.site_area),
      audienceIds: experience.audiences,
      locationIds: experience.locations,
      goalIds: experience.goals,
      variations: variationsOf(experience),
    })),
    goals: config.goals.map((goal) => ({ ...label(goal), type: goal.type })),
    audiences: config.audiences.map(label),
    segments: config.segments.map(label),
    locations: config.locations.map(label),
  };
}

/** What people call it: the key, or the name, or the id when it has neither. */
export function labelOf(entity: Named): string {
  return entity.key || entity.name || entity.id;
}

/** The label of the entity with this id, or the id where there is none. */
export function labelOfId(id: string, entities: readonly Named[]): string {
  const entity = entities.find((candidate) => candidate.id === id);
  return entity ? labelOf(entity) : id;
}

/** The labels of an experience and of one of its variations. */
export function pairLabels(experienceId: string, variationId: string, { experiences }: Project): [string, string] {
  const experience = experiences.find(({ id }) => id === experienceId);
  return [labelOfId(experienceId, experiences), labelOfId(variationId, experience?.variations ?? [])];
}

function variationsOf({ version, variations }: v.InferOutput<typeof experienceSchema>): Variation[] {
  const allocated = variations.map((variation) => ({
    ...label(variation),
    status: variation.status,
    traffic: variation.traffic_allocation,
  }));
  const shares = trafficShares(version, allocated);
  return allocated.map((variation, index) => ({ ...variation, share: shares[index] ?? 0 }));
}

function label({ id, key, name }: Named): Named {
  return { id, key, name };
}
