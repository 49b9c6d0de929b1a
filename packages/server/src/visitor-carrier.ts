import { ConvertError } from '@convert-fullstack/core';
import { isVisitorId } from './visitor-id.ts';

/** Where forms, metadata, cart and order attributes carry the visitor id. */
export const VISITOR_FIELD = 'cv_vid';

/** The request header that carries the visitor id between servers. */
export const VISITOR_HEADER = 'x-convert-visitor';

/** Longer lists are no order's attributes. */
const MAX_ENTRIES = 1_000;

/**
 * Carries a visitor to where no cookie reaches: metadata of a payment, attributes of a cart or an order.
 *
 * Throws `ConvertError` `visitor_id_invalid`.
 *
 * @example
 * const { visitorId } = await convert.visitor(); // null without consent
 * await stripe.checkout.sessions.create({ ...order, metadata: visitorId === null ? {} : visitorMetadata(visitorId) });
 */
export function visitorMetadata(visitorId: string): { readonly [VISITOR_FIELD]: string } {
  return { [VISITOR_FIELD]: checked(visitorId, 'visitorMetadata') };
}

/**
 * Carries a visitor to another server. Throws `ConvertError` `visitor_id_invalid`.
 *
 * @example
 * await fetch('https://orders.internal/', { method: 'POST', headers: visitorHeaders(visitorId), body });
 */
export function visitorHeaders(visitorId: string): { readonly [VISITOR_HEADER]: string } {
  return { [VISITOR_HEADER]: checked(visitorId, 'visitorHeaders') };
}

/**
 * The visitor id that something carries, or `null`: form data, search parameters, a request or its headers, metadata as an
 * object, attributes as a list of `{ name, value }` or `{ key, value }`. Never throws, whatever it is given.
 *
 * It is as true as its source: whoever can write there can name another visitor. Verify webhooks before.
 *
 * @example
 * const order = JSON.parse(body); // verified
 * await convert.trackConversion('purchase', { visitorId: carriedVisitorId(order.note_attributes), revenue });
 */
export function carriedVisitorId(source: unknown): string | null {
  try {
    return candidatesOf(source).find(isVisitorId) ?? null;
  } catch {
    // A getter or a proxy that throws carries nobody.
    return null;
  }
}

function checked(visitorId: string, writer: string): string {
  if (isVisitorId(visitorId)) return visitorId;
  throw new ConvertError(
    'visitor_id_invalid',
    `${writer}() needs a visitor id: 1 to 128 characters of A-Z a-z 0-9 . _ ~ : @ + = | -. ` +
      'Without a visitor, or without consent, there is nothing to carry.',
  );
}

function candidatesOf(source: unknown): unknown[] {
  if (typeof source !== 'object' || source === null) return [];
  if (source instanceof Request) return [source.headers.get(VISITOR_HEADER)];
  if (source instanceof Headers) return [source.get(VISITOR_HEADER)];
  if (source instanceof FormData || source instanceof URLSearchParams) return source.getAll(VISITOR_FIELD);
  if (Array.isArray(source)) return source.slice(0, MAX_ENTRIES).map(valueOfEntry);
  return [ownValue(source, VISITOR_FIELD), ownValue(source, VISITOR_HEADER)];
}

function valueOfEntry(entry: unknown): unknown {
  const isOurs = ownValue(entry, 'name') === VISITOR_FIELD || ownValue(entry, 'key') === VISITOR_FIELD;
  return isOurs ? ownValue(entry, 'value') : null;
}

function ownValue(source: unknown, name: string): unknown {
  if (typeof source !== 'object' || source === null || !Object.hasOwn(source, name)) return undefined;
  return Reflect.get(source, name);
}
