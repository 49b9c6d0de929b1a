import type { ConversionEvent, VisitorEvent } from './delivery.ts';

/** Who saw and did what, each visitor once. */
export interface Tally {
  readonly visitors: ReadonlySet<string>;
  readonly exposures: number;
  readonly conversions: number;
  /** Conversions that no variation can be credited with. */
  readonly uncredited: number;
  of(experienceId: string, variationId: string): VariationTally;
}

export interface VariationTally {
  readonly exposed: ReadonlySet<string>;
  /** Exposures of visitors in `exposed` beyond their first. */
  readonly repeated: number;
  /** By goal id: the visitors that the variation is credited with, and their revenue. */
  readonly credited: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/** Events are given oldest first. */
export function tallyOf(events: readonly VisitorEvent[]): Tally {
  const variations = new Map<string, MutableVariationTally>();
  const firstExposures = new Map<string, Map<string, string>>();
  const visitors = new Set<string>();
  let exposures = 0;
  let conversions = 0;
  let uncredited = 0;
  const tallyFor = (experienceId: string, variationId: string): MutableVariationTally =>
    entry(variations, pair(experienceId, variationId), emptyTally);

  for (const event of events) {
    visitors.add(event.visitorId);
    if (event.eventType === 'bucketing') {
      const { experienceId, variationId } = event.data;
      const variation = tallyFor(experienceId, variationId);
      exposures += 1;
      if (variation.exposed.has(event.visitorId)) variation.repeated += 1;
      variation.exposed.add(event.visitorId);
      // The first one stays: the service records one bucketing per visitor and experience.
      const first = entry(firstExposures, event.visitorId, () => new Map<string, string>());
      if (!first.has(experienceId)) first.set(experienceId, variationId);
      continue;
    }
    conversions += 1;
    const credits = creditsOf(event, firstExposures.get(event.visitorId));
    if (credits.length === 0) uncredited += 1;
    for (const [experienceId, variationId] of credits) {
      const { credited } = tallyFor(experienceId, variationId);
      const revenues = entry(credited, event.data.goalId, () => new Map<string, number>());
      revenues.set(event.visitorId, (revenues.get(event.visitorId) ?? 0) + revenueOf(event));
    }
  }
  return {
    visitors,
    exposures,
    conversions,
    uncredited,
    of: (experienceId, variationId) => variations.get(pair(experienceId, variationId)) ?? emptyTally(),
  };
}

interface MutableVariationTally {
  readonly exposed: Set<string>;
  repeated: number;
  readonly credited: Map<string, Map<string, number>>;
}

function emptyTally(): MutableVariationTally {
  return { exposed: new Set(), repeated: 0, credited: new Map() };
}

function creditsOf(event: ConversionEvent, exposures: ReadonlyMap<string, string> | undefined): [string, string][] {
  if (event.data.bucketingData) return Object.entries(event.data.bucketingData);
  // `enrichData` asks the service to look up what the sender, having no store of its own, cannot know.
  return event.enrichData && exposures ? [...exposures] : [];
}

function revenueOf(event: ConversionEvent): number {
  return Number(event.data.goalData?.find(({ key }) => key === 'amount')?.value ?? 0);
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
