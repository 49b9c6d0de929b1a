import * as v from 'valibot';
import { type Batch, type BatchEvent, batchSchema, type GoalDatum } from './batch.ts';

interface DeliveryBase {
  readonly receivedAt: string;
  readonly path: string;
  readonly userAgent: string;
}

/** One tracking request that was counted. */
export interface AcceptedDelivery extends DeliveryBase {
  readonly status: 'accepted';
  readonly batch: Batch;
}

/** One tracking request that was answered with an error. */
export interface RefusedDelivery extends DeliveryBase {
  readonly status: 'refused';
  readonly code: number;
  readonly reason: string;
  /** Paths of the members that were wrong. */
  readonly fields: readonly string[];
  /** The parsed body, or its text when it is not JSON. */
  readonly body: unknown;
}

/** One tracking request that was answered with 200 and not counted. */
export interface DiscardedDelivery extends DeliveryBase {
  readonly status: 'discarded';
  readonly reason: string;
  readonly body: unknown;
}

export type Delivery = AcceptedDelivery | RefusedDelivery | DiscardedDelivery;

interface VisitorEventBase {
  readonly receivedAt: string;
  readonly visitorId: string;
  readonly enrichData: boolean;
  readonly segments?: Batch['visitors'][number]['segments'];
}

export interface ExposureEvent extends VisitorEventBase {
  readonly eventType: 'bucketing';
  readonly data: { readonly experienceId: string; readonly variationId: string };
}

export interface ConversionEvent extends VisitorEventBase {
  readonly eventType: 'conversion';
  readonly data: {
    readonly goalId: string;
    readonly goalData?: readonly GoalDatum[] | undefined;
    readonly bucketingData?: Readonly<Record<string, string>> | undefined;
  };
}

/** One event of one visitor, taken out of the batch it came in. */
export type VisitorEvent = ExposureEvent | ConversionEvent;

export function visitorEvents(delivery: Delivery): VisitorEvent[] {
  if (delivery.status !== 'accepted') return [];
  const { receivedAt, batch } = delivery;
  return batch.visitors.flatMap(({ visitorId, segments, events }) =>
    events.map((event: BatchEvent) => ({
      receivedAt,
      visitorId,
      enrichData: batch.enrichData,
      ...(segments && { segments }),
      ...event,
    })),
  );
}

const deliverySchema = v.variant('status', [
  v.looseObject({ status: v.literal('accepted'), receivedAt: v.string(), batch: batchSchema }),
  v.looseObject({ status: v.literal('refused'), receivedAt: v.string(), code: v.number(), reason: v.string() }),
  v.looseObject({ status: v.literal('discarded'), receivedAt: v.string(), reason: v.string() }),
]);

export function isDelivery(input: unknown): input is Delivery {
  return v.is(deliverySchema, input);
}
