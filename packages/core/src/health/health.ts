import type { Experience, Plan } from '../config/plan.ts';
import { causesOf, type Evidence, type LikelyCause, type Verdict } from './causes.ts';
import { chanceOfShares, chanceOfSplit, sum } from './checks.ts';
import type { Counters } from './counters.ts';
import { splitOf } from './split.ts';
import type { Tallies } from './tallies.ts';

/** What one process has counted and whether it can be trusted. Processes count for themselves: ask each. */
export interface Health {
  /** Whether any experience is. */
  readonly isSuspicious: boolean;
  /** Those that anything was counted of, in config order. */
  readonly experiences: readonly ExperienceHealth[];
}

/**
 * One experience since its traffic is split as it is, or since it got too many visitors to tell new ones apart: about
 * 180,000, with more than a hundred experiences fewer.
 */
export interface ExperienceHealth {
  readonly experienceKey: string;
  readonly experienceId: string;
  /** Whether there are causes. */
  readonly isSuspicious: boolean;
  readonly variations: readonly VariationHealth[];
  readonly pValues: PValues;
  /** Likely ones first. */
  readonly causes: readonly LikelyCause[];
}

/**
 * How often chance alone would lead to numbers that are at least as uneven: 0 to 1, suspicious below 0.001; `null` while
 * there are too few visitors to say. Conversions are not judged: that variations differ there is what experiments are for.
 */
export interface PValues {
  /** Of the assigned visitors, by the split of the traffic. */
  readonly assigned: number | null;
  /** Of the exposed visitors, by the split of the traffic. */
  readonly exposed: number | null;
  /** Of the share of assigned visitors who were exposed; of payloads only. */
  readonly exposedOfAssigned: number | null;
}

/** Visitors of one variation, each once as far as this process remembers them. */
export interface VariationHealth {
  readonly variationKey: string | null;
  readonly variationId: string;
  /** The share of the visitors that it should get: 0 to 1. */
  readonly share: number;
  /** Decisions remembered, and visitors whose decision was part of a payload: of those, about so many. */
  readonly assigned: number;
  /** Exposures queued. */
  readonly exposed: number;
  /** Visitors with a conversion that was credited to it. */
  readonly converted: number;
  /** How often it threw in a browser, as `<Experience>` reports it. */
  readonly errors: number;
}

const SUSPICIOUS = 0.001;

export function healthOf(tallies: Tallies): Health {
  const { counters } = tallies;
  const counted: Counted[] = [];
  for (const experience of new Set(counters.snapshot?.experiences)) {
    // Without a plan, nobody was decided.
    if (experience.plan === null || !counters.hasCounted(experience)) continue;
    counted.push(count(experience, experience.plan, counters, tallies.timesRemembered(experience)));
  }
  const everywhere = counted.map(({ evidence }) => evidence);
  const experiences = counted.map(({ evidence, ...numbers }): ExperienceHealth => {
    const causes = causesOf(evidence, everywhere);
    return { ...numbers, causes, isSuspicious: causes.length > 0 };
  });
  return { isSuspicious: experiences.some(({ isSuspicious }) => isSuspicious), experiences };
}

type Counted = Omit<ExperienceHealth, 'isSuspicious' | 'causes'> & { readonly evidence: Evidence };

function count(experience: Experience, plan: Plan, counters: Counters, timesRemembered: number): Counted {
  const tally = counters.tallyOf(experience);
  const { assigned, exposed, followed, exposures, converted, errors } = tally ?? {};
  const rows = [...splitOf(plan)].map(([variation, share]) => {
    const at = variation.index;
    return {
      variation: variation.result,
      share,
      remembered: counters.remembered(variation),
      handedOut: assigned?.counts[at] ?? 0,
      exposed: exposed?.counts[at] ?? 0,
      followed: [followed?.exposed[at] ?? 0, followed?.assigned[at] ?? 0] as const,
      exposures: exposures?.[at] ?? 0,
      converted: converted?.[at] ?? 0,
      errors: errors?.[at] ?? 0,
    };
  });
  const variations = rows.map((row): VariationHealth => {
    const { variationKey, variationId } = row.variation;
    const all = Math.round(row.remembered + row.handedOut * (assigned?.perCounted ?? 1));
    const { share, exposures, converted, errors } = row;
    return { variationKey, variationId, share, assigned: all, exposed: exposures, converted, errors };
  });
  const pValues = {
    assigned: chanceOfSplit(
      rows.map(({ remembered, handedOut, share }) => [remembered + handedOut, share]),
      rows.some(({ remembered }) => remembered > 0) ? timesRemembered : 1,
    ),
    exposed: chanceOfSplit(rows.map(({ exposed, share }) => [exposed, share])),
    exposedOfAssigned: chanceOfShares(rows.map(({ followed }) => followed)),
  };
  // Where nobody is missing, the exposed visitors tell how the assigned ones were split.
  const isComplete = variations.every((one) => one.exposed >= one.assigned && one.assigned > 0);
  const evidence = {
    assigned: sum(variations.map((one) => one.assigned)),
    exposed: sum(variations.map((one) => one.exposed)),
    decisions: tally?.decisions ?? 0,
    visitors: assigned?.visitors ?? 0,
    assignedSplit: verdict(isComplete ? pValues.exposed : pValues.assigned),
    exposedSplit: verdict(pValues.exposed),
    exposedShares: verdict(pValues.exposedOfAssigned),
  };
  return { experienceKey: experience.key, experienceId: experience.id, variations, pValues, evidence };
}

function verdict(pValue: number | null): Verdict {
  if (pValue === null) return 'unknown';
  return pValue < SUSPICIOUS ? 'skewed' : 'fits';
}
