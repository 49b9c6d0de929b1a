import { type Delivery, visitorEvents } from './delivery.ts';
import type { Experience, Project } from './project.ts';
import { checkSplit, expectedVisitors, type SplitCheck } from './split-check.ts';
import { type Tally, tallyOf, type VariationTally } from './tally.ts';

export interface Statistics {
  readonly visitors: number;
  readonly exposures: number;
  readonly conversions: number;
  /** Conversions that no variation can be credited with. */
  readonly uncredited: number;
  /** Requests that were answered with an error. */
  readonly refused: number;
  /** Requests that were answered with 200 and dropped as a bot's. */
  readonly discarded: number;
  readonly experiences: readonly ExperienceStatistics[];
}

export interface ExperienceStatistics {
  readonly experienceId: string;
  readonly visitors: number;
  /** Visitors that were exposed to more than one variation. */
  readonly switched: number;
  /** Whether visitors are split as configured. */
  readonly split: SplitCheck;
  readonly variations: readonly VariationStatistics[];
}

export interface VariationStatistics {
  readonly variationId: string;
  readonly visitors: number;
  /** What `visitors` would be had those of all variations been split exactly as configured. */
  readonly expectedVisitors: number;
  readonly goals: readonly GoalStatistics[];
}

export interface GoalStatistics {
  readonly goalId: string;
  /** Exposed visitors that converted. */
  readonly conversions: number;
  /** Visitors whose conversion names this variation although no exposure to it was received; not in `conversions`. */
  readonly unexposed: number;
  readonly rate: number | null;
  readonly interval: Interval | null;
  readonly revenue: number;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Counts, per experience, variation and goal, who saw what and who converted. Deliveries are given oldest first. */
export function summarize(deliveries: readonly Delivery[], project: Project): Statistics {
  const tally = tallyOf(deliveries.flatMap(visitorEvents));
  const refused = deliveries.filter(({ status }) => status === 'refused').length;
  const discarded = deliveries.filter(({ status }) => status === 'discarded').length;
  return {
    visitors: tally.visitors.size,
    exposures: tally.exposures,
    conversions: tally.conversions,
    uncredited: tally.uncredited,
    refused,
    discarded,
    experiences: project.experiences.map((experience) =>
      experienceStatistics(experience, project, tally, { refused, discarded }),
    ),
  };
}

/** The 95% Wilson score interval of a share; it stays between 0 and 1 and is honest about few visitors. */
export function wilsonInterval(conversions: number, visitors: number): Interval | null {
  if (visitors === 0) return null;
  const z = 1.959963984540054;
  const rate = conversions / visitors;
  const spread = 1 + z ** 2 / visitors;
  const center = (rate + z ** 2 / (2 * visitors)) / spread;
  const half = (z / spread) * Math.sqrt((rate * (1 - rate)) / visitors + z ** 2 / (4 * visitors ** 2));
  return {
    // At the ends the bound is exact, and floating point is not.
    low: conversions === 0 ? 0 : Math.max(0, center - half),
    high: conversions === visitors ? 1 : Math.min(1, center + half),
  };
}

interface UncountedRequests {
  readonly refused: number;
  readonly discarded: number;
}

function experienceStatistics(
  experience: Experience,
  { goals }: Project,
  tally: Tally,
  requests: UncountedRequests,
): ExperienceStatistics {
  const variations = experience.variations.map(({ id, share }) => {
    const tallied = tally.of(experience.id, id);
    return { variationId: id, share, visitors: tallied.exposed.size, repeated: tallied.repeated, tallied };
  });
  const expected = expectedVisitors(variations);
  const { visitors, switched } = distinctVisitors(variations.map(({ tallied }) => tallied.exposed));
  return {
    experienceId: experience.id,
    visitors,
    switched,
    split: checkSplit(variations, { ...requests, switched }),
    variations: variations.map(({ variationId, tallied }, index) => ({
      variationId,
      visitors: tallied.exposed.size,
      expectedVisitors: expected[index] ?? 0,
      goals: goals.map(({ id }) => goalStatistics(id, tallied)),
    })),
  };
}

function goalStatistics(goalId: string, { exposed, credited }: VariationTally): GoalStatistics {
  const revenues = [...(credited.get(goalId) ?? [])];
  const converted = revenues.filter(([visitorId]) => exposed.has(visitorId));
  return {
    goalId,
    conversions: converted.length,
    unexposed: revenues.length - converted.length,
    rate: exposed.size === 0 ? null : converted.length / exposed.size,
    interval: wilsonInterval(converted.length, exposed.size),
    revenue: converted.reduce((sum, [, revenue]) => sum + revenue, 0),
  };
}

function distinctVisitors(exposed: readonly ReadonlySet<string>[]): { visitors: number; switched: number } {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const visitors of exposed) {
    for (const visitorId of visitors) (seen.has(visitorId) ? twice : seen).add(visitorId);
  }
  return { visitors: seen.size, switched: twice.size };
}
