import type { Core } from '@convert-fullstack/core';
import { RECEIPT_COOKIE } from '@convert-fullstack/core/bridge';
import type { RequestToRead } from './request-source.ts';
import { type CookieAttributes, cookieAttributes } from './visitor-cookies.ts';
import type { CookieOptions } from './visitor-options.ts';

/** What has arrived from a visitor, newest first. The browser keeps it in the cookie `cv_receipt`, readable by scripts. */
export interface Receipt {
  /** `visitorRefOf(visitorId)`: what another visitor of the same browser reached is not this one's. */
  readonly visitorRef: string;
  readonly batchIds: readonly string[];
  readonly goalIds: readonly string[];
}

/** A cookie as `cookies().set()` of Next.js and `stringifySetCookie()` of `cookie` take it. */
export interface ReceiptCookie extends CookieAttributes {
  readonly name: typeof RECEIPT_COOKIE;
  readonly value: string;
  readonly httpOnly: false;
}

const MAX_BATCHES = 10;
const MAX_GOALS = 40;
const BATCH_ID = /^[A-Za-z0-9]{8,32}$/;
const GOAL_ID = /^[A-Za-z0-9_]{1,32}$/;

/**
 * Reads the cookie's value; one that is malformed or too long is an empty receipt. Of another visitor's only the batches
 * stay: they bear ids of their own, and may be brought again by the visitor who has logged in since.
 *
 * @example
 * const receipt = readReceipt((await cookies()).get(RECEIPT_COOKIE)?.value, await visitorRefOf(visitorId));
 */
export function readReceipt(value: string | null | undefined, visitorRef: string): Receipt {
  const empty = { visitorRef, batchIds: [], goalIds: [] };
  if (!value) return empty;
  const [ref, batches, goals, ...rest] = value.split('.');
  if (!ref || rest.length > 0) return empty;
  const batchIds = idsOf(batches, BATCH_ID, MAX_BATCHES);
  const goalIds = idsOf(goals, GOAL_ID, MAX_GOALS);
  if (batchIds === null || goalIds === null) return empty;
  return { visitorRef, batchIds, goalIds: ref === visitorRef ? goalIds : [] };
}

/** The receipt with what has just arrived in front of it; the same object when it named all of that already. */
export function withArrived(
  receipt: Receipt,
  arrived: { readonly batchId?: string | undefined; readonly goalIds?: readonly string[] },
): Receipt {
  const batchIds = added(receipt.batchIds, [arrived.batchId ?? []].flat(), BATCH_ID, MAX_BATCHES);
  const goalIds = added(receipt.goalIds, arrived.goalIds ?? [], GOAL_ID, MAX_GOALS);
  const isSame = batchIds === receipt.batchIds && goalIds === receipt.goalIds;
  return isSame ? receipt : { ...receipt, batchIds, goalIds };
}

/**
 * The cookie that keeps a receipt, beside the visitor's and for as long.
 *
 * @example
 * (await cookies()).set(receiptCookie(receipt, { url: null, headers: await headers() }, options.cookie));
 */
export function receiptCookie(receipt: Receipt, request: RequestToRead, cookie?: CookieOptions): ReceiptCookie {
  const { visitorRef, batchIds, goalIds } = receipt;
  const value = [visitorRef, batchIds.join('-'), goalIds.join('-')].join('.');
  return { name: RECEIPT_COOKIE, value, httpOnly: false, ...cookieAttributes(request, cookie) };
}

/** The id by which a receipt knows a goal; `null` when the config has no goal of that key. */
export function goalIdOf(core: Core, goalKey: string): string | null {
  const goal = core.hasGoal(goalKey) ? core.currentConfig?.entity('goal', goalKey) : null;
  return goal ? String(goal.id) : null;
}

function idsOf(list: string | undefined, form: RegExp, limit: number): readonly string[] | null {
  if (list === undefined) return null;
  if (list === '') return [];
  const ids = list.split('-');
  return ids.length <= limit && ids.every((id) => form.test(id)) ? ids : null;
}

function added(known: readonly string[], ids: readonly string[], form: RegExp, limit: number): readonly string[] {
  const fresh = ids.filter((id) => form.test(id) && !known.includes(id));
  return fresh.length === 0 ? known : [...new Set([...fresh.reverse(), ...known])].slice(0, limit);
}
