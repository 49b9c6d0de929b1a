import { formatPairs, parsePairs, type VariationIds } from './pairs.ts';
import type { Payload } from './payload.ts';

/**
 * A payload that is the same for everybody who gets the same variations: it names no visitor, so that its page can be
 * kept and handed to many.
 */
export interface StaticPayload extends Payload {
  /** Which variations these are; the proxy names them along with the visitor. */
  readonly variants: string;
}

/** What of a payload is about its visitor. */
export interface PageVisitor extends Pick<Payload, 'visitorId' | 'visitorRef' | 'consent'> {
  /** There only in a preview: what is previewed, on whichever page. */
  readonly previewed?: readonly VariationIds[];
}

const NONE = '-';
const ID = /^[A-Za-z0-9._~:@+=|-]{1,128}$/;
/** A hash; or what stands for somebody who previews and has no id. */
const REF = /^(?:[A-Za-z0-9_-]{16}|preview)$/;
const CONSENT = ['granted', 'pending', 'denied'] as const;

/** For whom a static page was chosen, in characters that a header takes. */
export function writePageVisitor(
  variants: string,
  { visitorId, visitorRef, consent, previewed = [] }: PageVisitor,
): string {
  return [variants, consent ?? 'granted', visitorId ?? NONE, visitorRef ?? NONE, formatPairs(previewed) || NONE].join(
    ' ',
  );
}

/** `null` for whatever is not about a page with these variants, or was not written by `writePageVisitor`. */
export function readPageVisitor(variants: string, text: string): PageVisitor | null {
  const [of, told, id = '', ref = '', preview, ...rest] = text.split(' ');
  const consent = CONSENT.find((known) => known === told);
  if (of !== variants || !consent || !ID.test(id) || rest.length > 0) return null;
  if (ref !== NONE && !REF.test(ref)) return null;
  const previewed = parsePairs(preview);
  return {
    visitorId: id === NONE ? null : id,
    ...(ref !== NONE && { visitorRef: ref }),
    ...(consent !== 'granted' && { consent }),
    ...(previewed.length > 0 && { previewed }),
  };
}
