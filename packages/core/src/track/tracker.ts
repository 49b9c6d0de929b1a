import type { ConversionOptions } from '../bridge/conversion.ts';
import type { Variation } from '../config/plan.ts';
import type { Snapshot } from '../config/snapshot.ts';
import type { Tallies } from '../health/tallies.ts';
import type { TrackedEvent } from '../ports.ts';
import type { Attributes } from '../results.ts';
import type { VisitorRecord } from '../visitor-record.ts';
import type { Claim } from './claims.ts';
import type { Gate } from './gate.ts';
import { toGoalData } from './goal-data.ts';
import { reportSegments } from './report-segments.ts';
import { transactionOf } from './transaction.ts';

export interface TrackConversionOptions extends ConversionOptions {
  /** Variations shown to the visitor elsewhere, experience id to variation id: credited beside the stored decisions. */
  readonly exposed?: Readonly<Record<string, string>>;
}

/** Whom something happened to. */
export interface TrackedContext {
  readonly record: VisitorRecord;
  readonly attributes: Attributes;
  readonly snapshot: Snapshot;
}

/** Turns what happened to a visitor into queued events. */
export interface Tracker {
  exposure(context: TrackedContext, variation: Variation): void;
  /** Throws `ConvertError` `conversion_data_invalid`; then nothing is queued. `queued` runs when the event is. */
  conversion(
    context: TrackedContext,
    goalId: string,
    options: TrackConversionOptions,
    queued: () => void,
  ): 'queued' | 'deduplicated';
}

export interface TrackerOptions {
  readonly gate: Gate;
  readonly claim: Claim;
  readonly tallies: Tallies;
  /** A key of conversion data that the service does not know. */
  readonly droppedKey: (key: string) => void;
  /** A report segment whose value the service would refuse. */
  readonly droppedSegment: (name: string) => void;
}

export function createTracker({ gate, claim, tallies, droppedKey, droppedSegment }: TrackerOptions): Tracker {
  const named = new Set<string>();
  /** Once: the same visitors come with it again and again. */
  function dropped(name: string): void {
    if (named.has(name)) return;
    named.add(name);
    droppedSegment(name);
  }

  return {
    exposure({ record, attributes, snapshot }, variation) {
      const { visitorId } = record;
      const data = { experienceId: variation.experience.id, variationId: variation.id };
      // For good: a visitor who goes back to an earlier variation was counted for it.
      const isFirst = claim(visitorId, `exposed:${data.experienceId}:${data.variationId}`);
      const segments = reportSegments(attributes, record.segments, dropped);
      gate.admit(isFirst, { visitorId, segments, event: { eventType: 'bucketing', data } }, () =>
        tallies.exposed(snapshot, variation, visitorId),
      );
    },

    conversion({ record, attributes, snapshot }, goalId, options, queued) {
      const { visitorId } = record;
      const goalData = toGoalData(options, droppedKey);
      const transaction = transactionOf(goalId, goalData);
      const isRepeated = record.hasReached(goalId);
      if (isRepeated && !options.forceMultiple) return 'deduplicated';
      if (transaction !== null && record.hasTransaction(transaction)) return 'deduplicated';
      record.reached(goalId);
      // A repeat without an amount would say nothing that the first conversion did not.
      if (isRepeated && goalData.length === 0) {
        queued();
        return 'queued';
      }
      const names = options.forceMultiple ? [] : [`goal:${goalId}`];
      if (transaction !== null) names.push(`goal:${transaction}`);
      const isFirst = claim(visitorId, ...names);
      // A forced conversion is the first one too, for whoever comes without force.
      if (options.forceMultiple && !isRepeated) void claim(visitorId, `goal:${goalId}`);
      const bucketingData = { ...options.exposed, ...record.bucketing };
      const event: TrackedEvent = {
        eventType: 'conversion',
        data: {
          goalId,
          ...(goalData.length > 0 && { goalData }),
          ...(Object.keys(bucketingData).length > 0 && { bucketingData }),
        },
      };
      const segments = reportSegments(attributes, record.segments, dropped);
      const isAdmitted = gate.admit(isFirst, { visitorId, segments, event }, () => {
        if (transaction !== null) record.counted(transaction);
        if (!isRepeated) credit(bucketingData, record, snapshot);
        queued();
      });
      return isAdmitted ? 'queued' : 'deduplicated';
    },
  };

  function credit(bucketingData: Readonly<Record<string, string>>, record: VisitorRecord, snapshot: Snapshot): void {
    for (const [experienceId, variationId] of Object.entries(bucketingData)) {
      const variation = snapshot.variation(experienceId, variationId);
      if (variation !== undefined && record.credit(experienceId)) tallies.converted(snapshot, variation);
    }
  }
}
