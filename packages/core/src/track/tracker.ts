import type { ConversionOptions } from '../bridge/conversion.ts';
import type { Attributes } from '../results.ts';
import type { VisitorRecord } from '../visitor-record.ts';
import { toGoalData } from './goal-data.ts';
import type { Queue } from './queue.ts';
import { reportSegments } from './wire-events.ts';

export interface TrackConversionOptions extends ConversionOptions {
  /** Variations shown to the visitor elsewhere, experience id to variation id: credited beside the stored decisions. */
  readonly exposed?: Readonly<Record<string, string>>;
}

/** Turns what happened to a visitor into queued events. */
export interface Tracker {
  exposure(record: VisitorRecord, attributes: Attributes, experienceId: string, variationId: string): void;
  /** Throws `ConvertError` `conversion_data_invalid`; then nothing is queued. */
  conversion(
    record: VisitorRecord,
    attributes: Attributes,
    goalId: string,
    options: TrackConversionOptions,
  ): 'queued' | 'deduplicated';
}

export type DroppedKey = (key: string) => void;

export function createTracker(queue: Queue, droppedKey: DroppedKey): Tracker {
  return {
    exposure(record, attributes, experienceId, variationId) {
      queue.add({
        visitorId: record.visitorId,
        segments: reportSegments(attributes, record.segments),
        event: { eventType: 'bucketing', data: { experienceId, variationId } },
      });
    },
    conversion(record, attributes, goalId, options) {
      const goalData = toGoalData(options, droppedKey);
      const repeated = record.hasReached(goalId);
      if (repeated && !options.forceMultiple) return 'deduplicated';
      record.reached(goalId);
      // A repeat without an amount would say nothing that the first conversion did not.
      if (repeated && goalData.length === 0) return 'queued';
      const bucketingData = { ...options.exposed, ...record.bucketing };
      queue.add({
        visitorId: record.visitorId,
        segments: reportSegments(attributes, record.segments),
        event: {
          eventType: 'conversion',
          data: {
            goalId,
            ...(goalData.length > 0 && { goalData }),
            ...(Object.keys(bucketingData).length > 0 && { bucketingData }),
          },
        },
      });
      return 'queued';
    },
  };
}
