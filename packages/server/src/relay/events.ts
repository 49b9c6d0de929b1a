import type { Core } from '@convert-fullstack/core';
import { RECEIPT_COOKIE, RELAY_MAX_BYTES, type RelayReceipt } from '@convert-fullstack/core/bridge';
import { stringifySetCookie } from 'cookie';
import { previewsOf } from '../preview.ts';
import { publicUrl } from '../public-url.ts';
import { type Receipt, readReceipt, receiptCookie, withArrived } from '../receipt.ts';
import { parseBatch, RELAY_MAX_EVENTS, type UncheckedBatch } from '../relay-schema.ts';
import { requestSegments } from '../report-segments.ts';
import { visitorRefOf } from '../visitor-id.ts';
import type { CookieOptions, RequestSource } from '../visitor-options.ts';
import type { Action, OpenRelay } from './action.ts';
import { answer, refuse, refuseForNow } from './answer.ts';
import { readJson } from './read-json.ts';
import { refuseSender, senderOf } from './sender.ts';
import { takeEvents } from './take-events.ts';
import type { TakenBatches } from './taken-batches.ts';

/** More events in one request weigh as much as more requests: the queue behind is shared by all visitors. */
const EVENTS_OF_A_REQUEST = 10;
const DUPLICATE: RelayReceipt = { accepted: 0, rejected: [], duplicate: true };

/** Takes events over, for the visitor of the cookie, whatever the body says. */
export const events: Action = {
  method: 'POST',
  async answer(request, relay) {
    const { core, limit } = relay;
    const sender = senderOf(request, relay);
    const refusal = refuseSender(sender);
    if (refusal !== null) return refusal;
    const { visitorId, source } = sender;
    if (visitorId === null) return refuse(400, 'visitor_missing');
    if (!core?.currentConfig) return refuseForNow('config_unavailable');
    const waitMs = limit.take(visitorId);
    if (waitMs > 0) return refuseForNow('rate_limited', 429, waitMs);

    const body = await readJson(request, RELAY_MAX_BYTES);
    if ('refusal' in body) return body.refusal;
    const batch = parseBatch(body.value);
    if (batch === null) return refuse(400, 'batch_invalid');
    if (batch.events.length > RELAY_MAX_EVENTS) return refuse(413, 'too_many_events');
    const heavyMs = limit.take(visitorId, Math.floor(batch.events.length / EVENTS_OF_A_REQUEST));
    if (heavyMs > 0) return refuseForNow('rate_limited', 429, heavyMs);
    await relay.catchUp(core, batch.events);

    const outcome = await takeBatch(batch, relay, { core, visitorId, source });
    if (outcome === null) return refuseForNow('not_arrived');
    const { receipt, arrived } = outcome;
    const setCookies = arrived === null ? [] : [receiptSetCookie(arrived, request, relay.options.cookie)];
    return answer(202, receipt, { setCookies });
  },
};

interface Outcome {
  readonly receipt: RelayReceipt;
  /** What the browser has to be told in its cookie. */
  readonly arrived: Receipt | null;
}

/** `null`: the page asked whether this batch has arrived, and nobody knows of it. */
async function takeBatch(
  { id: batchId, visitor, isLeaving, events }: UncheckedBatch,
  { options, batches }: OpenRelay,
  { core, visitorId, source }: { readonly core: Core; readonly visitorId: string; readonly source: RequestSource },
): Promise<Outcome | null> {
  const visitorRef = await visitorRefOf(visitorId);
  const known = readReceipt(source.cookies.get(RECEIPT_COOKIE), visitorRef);
  const isPageOfOther = visitor !== undefined && visitor !== visitorId && visitor !== visitorRef;
  const take = () =>
    takeEvents(events, {
      core,
      visitorId,
      segments: requestSegments(source.url, source.headers),
      isPageOfOther,
      knownGoalIds: known.goalIds,
      allowed: options.browserConversions ?? {},
      // By the cookie alone: what an address asks for may not exist.
      isPreview: previewsOf({ url: null, cookies: source.cookies }).length > 0,
    });
  const batch = { visitorRef, batchId };
  const isQuestion = batchId !== undefined && events.length === 0;
  const hasArrived =
    batchId !== undefined &&
    (known.batchIds.includes(batchId) || (isPageOfOther && (await cameBefore(visitor, batchId, batches))));
  if (isQuestion && !hasArrived && !(await batches.has(batch))) return null;
  const taken = isQuestion || hasArrived ? null : await batches.once(batch, take);
  // Not for every batch: a page whose cookies have changed is kept out of the browser's back/forward cache.
  const arrived = withArrived(known, { batchId: isLeaving ? batchId : undefined, goalIds: taken?.goalIds ?? [] });
  return { receipt: taken?.receipt ?? DUPLICATE, arrived: arrived === known ? null : arrived };
}

/** With the cookie of whom the page was made for, before a login: the page names them by the id, or by what stands for it. */
async function cameBefore(madeFor: string, batchId: string, batches: TakenBatches): Promise<boolean> {
  const refs = [madeFor, await visitorRefOf(madeFor)];
  const answers = await Promise.all(refs.map((visitorRef) => batches.has({ visitorRef, batchId })));
  return answers.includes(true);
}

function receiptSetCookie(receipt: Receipt, request: Request, cookie: CookieOptions | undefined): string {
  const place = { url: publicUrl(request), headers: request.headers };
  return stringifySetCookie(receiptCookie(receipt, place, cookie), { encode: String });
}
