import type { RelayEvent } from '@convert-fullstack/core/bridge';
import * as v from 'valibot';

/** Events per batch; more than a page can produce between two deliveries. */
export const RELAY_MAX_EVENTS = 500;

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const datum = v.exactOptional(v.union([v.pipe(v.string(), v.maxLength(1_000)), v.pipe(v.number(), v.finite())]));

const exposure = v.object({ type: v.literal('exposure'), experienceId: id, variationId: id });

const conversion = v.object({
  type: v.literal('conversion'),
  goalKey: v.pipe(v.string(), v.minLength(1), v.maxLength(256)),
  revenue: v.exactOptional(v.pipe(v.number(), v.finite())),
  // Listed, so that no name a visitor made up gets any further.
  conversionData: v.exactOptional(
    v.object({
      transactionId: datum,
      transaction_id: datum,
      productsCount: datum,
      products_count: datum,
      items_count: datum,
      customDimension1: datum,
      customDimension2: datum,
      customDimension3: datum,
      customDimension4: datum,
      customDimension5: datum,
    }),
  ),
  forceMultiple: v.exactOptional(v.boolean()),
  exposed: v.exactOptional(v.record(id, id)),
});

const batch = v.object({ events: v.array(v.unknown()) });
const event = v.variant('type', [exposure, conversion]);

/** The events of a batch, unchecked, or `null` when the body is no batch. */
export function parseBatch(body: unknown): readonly unknown[] | null {
  const result = v.safeParse(batch, body);
  return result.success ? result.output.events : null;
}

/** One event as far as its form goes, or `null`. */
export function parseEvent(value: unknown): RelayEvent | null {
  const result = v.safeParse(event, value, { abortEarly: true });
  return result.success ? result.output : null;
}
