import type { ConversionEvent, VisitorEvent } from './delivery.ts';
import type { Project } from './project.ts';

export interface Statistics {
  readonly visitors: number;
  readonly exposures: number;
  readonly conversions: number;
  /** Conversions that no variation can be credited with. */
  readonly uncredited: number;
  readonly experiences: readonly ExperienceStatistics[];
}

export interface ExperienceStatistics {
  readonly experienceId: string;
  readonly visitors: number;
  /** Visitors that were exposed to more than one variation. */
  readonly switched: number;
  readonly variations: readonly VariationStatistics[];
}

export interface VariationStatistics {
  readonly variationId: string;
  readonly visitors: number;
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

/** Counts, per experience, variation and goal, who saw what and who converted. Events are given oldest first. */
export function summarize(events: readonly VisitorEvent[], project: Project): Statistics {
  const tally = count(events);
  return {
    visitors: tally.visitors.size,
    exposures: tally.exposures,
    conversions: tally.conversions,
    uncredited: tally.uncredited,
    experiences: project.experiences.map((experience) => {
      const exposed = experience.variations.map(({ id }) => tally.exposed.get(pair(experience.id, id)) ?? nobody);
      const distinct = new Set(exposed.flatMap((visitors) => [...visitors])).size;
      return {
        experienceId: experience.id,
        visitors: distinct,
        switched: exposedTwice(exposed),
        variations: experience.variations.map(({ id }, index) => {
          const visitors = exposed[index] ?? nobody;
          const goals = tally.credited.get(pair(experience.id, id));
          return {
            variationId: id,
            visitors: visitors.size,
            goals: project.goals.map((goal) => goalStatistics(goal.id, visitors, goals?.get(goal.id))),
          };
        }),
      };
    }),
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

type RevenueByVisitor = Map<string, number>;

interface Tally {
  readonly visitors: Set<string>;
  readonly exposed: Map<string, Set<string>>;
  readonly credited: Map<string, Map<string, RevenueByVisitor>>;
  exposures: number;
  conversions: number;
  uncredited: number;
}

const nobody: ReadonlySet<string> = new Set();

function count(events: readonly VisitorEvent[]): Tally {
  const tally: Tally = {
    visitors: new Set(),
    exposed: new Map(),
    credited: new Map(),
    exposures: 0,
    conversions: 0,
    uncredited: 0,
  };
  const firstExposures = new Map<string, Map<string, string>>();
  for (const event of events) {
    tally.visitors.add(event.visitorId);
    if (event.eventType === 'bucketing') {
      const { experienceId, variationId } = event.data;
      tally.exposures += 1;
      entry(tally.exposed, pair(experienceId, variationId), () => new Set()).add(event.visitorId);
      // The first one stays: the service records one bucketing per visitor and experience.
      entry(
        entry(firstExposures, event.visitorId, () => new Map()),
        experienceId,
        () => variationId,
      );
      continue;
    }
    tally.conversions += 1;
    const credits = creditsOf(event, firstExposures.get(event.visitorId));
    if (credits.length === 0) tally.uncredited += 1;
    for (const [experienceId, variationId] of credits) {
      const goals = entry(tally.credited, pair(experienceId, variationId), () => new Map<string, RevenueByVisitor>());
      const revenues = entry(goals, event.data.goalId, () => new Map<string, number>());
      revenues.set(event.visitorId, (revenues.get(event.visitorId) ?? 0) + revenueOf(event));
    }
  }
  return tally;
}

function creditsOf(event: ConversionEvent, exposures: ReadonlyMap<string, string> | undefined): [string, string][] {
  if (event.data.bucketingData) return Object.entries(event.data.bucketingData);
  // `enrichData` asks the service to look up what the sender, having no store of its own, cannot know.
  return event.enrichData && exposures ? [...exposures] : [];
}

function revenueOf(event: ConversionEvent): number {
  return Number(event.data.goalData?.find(({ key }) => key === 'amount')?.value ?? 0);
}

function goalStatistics(
  goalId: string,
  exposed: ReadonlySet<string>,
  revenues: RevenueByVisitor = new Map(),
): GoalStatistics {
  const converted = [...revenues].filter(([visitorId]) => exposed.has(visitorId));
  return {
    goalId,
    conversions: converted.length,
    unexposed: revenues.size - converted.length,
    rate: exposed.size === 0 ? null : converted.length / exposed.size,
    interval: wilsonInterval(converted.length, exposed.size),
    revenue: converted.reduce((sum, [, revenue]) => sum + revenue, 0),
  };
}

function exposedTwice(exposed: readonly ReadonlySet<string>[]): number {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const visitors of exposed) {
    for (const visitorId of visitors) (seen.has(visitorId) ? twice : seen).add(visitorId);
  }
  return twice.size;
}

function pair(experienceId: string, variationId: string): string {
  return JSON.stringify([experienceId, variationId]);
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const present = map.get(key);
  if (present !== undefined) return present;
  const created = create();
  map.set(key, created);
  return created;
}
