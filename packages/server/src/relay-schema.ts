import type { RelayConsent, RelayEvent } from '@convert-fullstack/core/bridge';
import * as v from 'valibot';
import { isVisitorId } from './visitor-id.ts';

/** Events per batch; more than a page can produce between two deliveries. */
export const RELAY_MAX_EVENTS = 500;

const text = (maxLength: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(maxLength));
const number = v.pipe(v.number(), v.finite());
const id = text(64);
// No empty strings and no words where a number is meant: the collector would refuse them, and with them the events of
// other visitors.
const datum = v.exactOptional(v.union([text(1_000), number]));
const amount = v.exactOptional(v.union([v.pipe(text(32), v.regex(/^-?\d+(?:\.\d+)?$/)), number]));

const exposure = v.object({ type: v.literal('exposure'), experienceId: id, variationId: id });

const error = v.object({ type: v.literal('error'), experienceId: id, variationId: id });

const conversion = v.object({
  type: v.literal('conversion'),
  goalKey: text(256),
  revenue: v.exactOptional(number),
  // Listed, so that no name a visitor made up gets any further.
  conversionData: v.exactOptional(
    v.object({
      amount,
      transactionId: datum,
      transaction_id: datum,
      productsCount: amount,
      products_count: amount,
      items_count: amount,
      customDimension1: datum,
      customDimension2: datum,
      customDimension3: datum,
      customDimension4: datum,
      customDimension5: datum,
    }),
  ),
  forceMultiple: v.exactOptional(v.boolean()),
  exposed: v.exactOptional(table(id, id, 200)),
});

const traits = v.object({
  type: v.picklist(['attributes', 'segments']),
  values: table(text(64), v.union([v.pipe(v.string(), v.maxLength(256)), number, v.boolean()]), 32),
});

const event = v.variant('type', [exposure, error, conversion, traits]);

const batch = v.object({
  id: v.exactOptional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9]{8,32}$/))),
  visitor: v.exactOptional(text(128)),
  isLeaving: v.exactOptional(v.boolean()),
  events: v.array(v.unknown()),
});

const consent = v.variant('consent', [
  v.object({ consent: v.literal('granted'), visitorId: v.custom<string>(isVisitorId) }),
  v.object({ consent: v.literal('denied') }),
]);

/** A `RelayBatch` whose events are unchecked. */
export type UncheckedBatch = v.InferOutput<typeof batch>;

/** The batch a body is, or `null`. */
export function parseBatch(body: unknown): UncheckedBatch | null {
  const result = v.safeParse(batch, body, { abortEarly: true });
  return result.success ? result.output : null;
}

/** One event as far as its form goes, or `null`. */
export function parseEvent(value: unknown): RelayEvent | null {
  const result = v.safeParse(event, value, { abortEarly: true });
  return result.success ? result.output : null;
}

/** What the visitor has chosen, or `null` when the body does not say. */
export function parseConsent(body: unknown): RelayConsent | null {
  const result = v.safeParse(consent, body, { abortEarly: true });
  return result.success ? result.output : null;
}

function table<Value extends v.GenericSchema>(name: v.GenericSchema<string, string>, value: Value, maxEntries: number) {
  // A list passes for a record of its indexes.
  const isNoList = v.check((input: unknown) => !Array.isArray(input));
  return v.pipe(v.unknown(), isNoList, v.record(name, value), v.maxEntries(maxEntries));
}
