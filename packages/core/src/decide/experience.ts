import type { Experience, Plan, Variation } from '../config/plan.ts';
import type { Snapshot } from '../config/snapshot.ts';
import { type Attributes, type DecideOptions, type Miss, NO_ATTRIBUTES } from '../results.ts';
import { bucketOf } from './bucketing.ts';
import type { PreparedText } from './hash.ts';
import type { Decided } from './rules.ts';

/** A variation, or why there is none. */
export type Decision = Variation | Exclude<Miss, 'experience_not_found' | 'config_unavailable'>;

/** Everything a decision depends on besides the config. */
export interface DecisionInput {
  /** Prepared where many experiences are decided. */
  readonly visitorId: string | PreparedText;
  readonly attributes: Attributes;
  /** Its attributes are laid over those above; they are read when a rule looks at them. */
  readonly asked: DecideOptions;
  readonly environment: string | undefined;
  /** Earlier decisions of this visitor; `null` when there are none. */
  readonly stored: { variationOf(experienceId: string): string | undefined } | null;
  readonly customSegments: readonly unknown[];
  readonly decided: Decided;
}

/** Whether anybody can be in it: not archived, and of this environment. */
export function isRunning({ archived, environment: own }: Experience, environment: string | undefined): boolean {
  return !archived && (environment === undefined || own === null || own === environment);
}

/** Decides one experience. Pure: the same input and snapshot give the same decision, and nothing is remembered. */
export function decide(snapshot: Snapshot, experience: Experience, input: DecisionInput): Decision {
  if (experience.archived) return 'archived';
  const { environment, asked, decided } = input;
  if (environment !== undefined && experience.environment !== null && experience.environment !== environment) {
    return 'environment_mismatch';
  }
  const plan = experience.plan ?? snapshot.planOf(experience);
  if (plan.location !== null && !plan.location(NO_ATTRIBUTES, asked.locationAttributes ?? undefined, decided)) {
    return 'location_mismatch';
  }
  const storedId = input.stored === null ? undefined : input.stored.variationOf(experience.id);
  const stored = storedId === undefined ? undefined : plan.variations.get(storedId);
  const audiences = stored === undefined ? plan.audiences : plan.transientAudiences;
  if (audiences !== null && !audiences(input.attributes, asked.attributes ?? undefined, decided)) {
    return 'audience_mismatch';
  }
  if (plan.segmentIds !== null && !plan.segmentIds.some((id) => input.customSegments.includes(id))) {
    return 'segment_mismatch';
  }
  if (stored !== undefined) return stored;
  return variationAt(plan, bucketOf(plan.prefix, input.visitorId)) ?? 'not_in_traffic';
}

/** The variation that a bucket belongs to; `null`: the bucket gets no traffic. */
export function variationAt({ bounds, active }: Plan, bucket: number): Variation | null {
  for (let i = 0; i < active.length; i++) {
    const variation = active[i];
    if (variation !== undefined && inRange(bucket, bounds[2 * i], bounds[2 * i + 1])) return variation;
  }
  return null;
}

function inRange(bucket: number, from = 0, to = 0): boolean {
  return from <= bucket && bucket < to;
}
