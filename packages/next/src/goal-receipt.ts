import { RECEIPT_COOKIE } from '@convert-fullstack/core/bridge';
import {
  type CookieOptions,
  readReceipt,
  receiptCookie,
  requestSource,
  visitorRefOf,
  withArrived,
} from '@convert-fullstack/server';
import { headers as nextHeaders } from 'next/headers.js';
import { cookieJar, setCookieIfPossible } from './next-protocol.ts';
import { type ReadOptions, toHeaders } from './page-visits.ts';

/** What the visitor's browser keeps of one goal. */
export interface GoalReceipt {
  readonly isCounted: boolean;
  /** Where Next.js does not let cookies be set, the browser is not told: it can only count the goal once more. */
  keep(): void;
}

interface Goal {
  readonly goalId: string;
  readonly visitorId: string;
}

interface Place extends Pick<ReadOptions, 'headers'> {
  readonly cookie: CookieOptions | undefined;
}

export async function openReceipt({ goalId, visitorId }: Goal, { headers, cookie }: Place): Promise<GoalReceipt> {
  const jar = headers === undefined ? await cookieJar() : null;
  const request = { url: null, headers: toHeaders(headers ?? (await nextHeaders())) };
  // The jar knows what an earlier conversion of this request has put into it.
  const value = jar === null ? requestSource(request).cookies.get(RECEIPT_COOKIE) : jar.get(RECEIPT_COOKIE)?.value;
  const receipt = readReceipt(value, await visitorRefOf(visitorId));
  return {
    isCounted: receipt.goalIds.includes(goalId),
    keep() {
      const arrived = withArrived(receipt, { goalIds: [goalId] });
      // A cookie that is set in a server action makes Next.js render the page again: not without need.
      if (jar !== null && arrived !== receipt) setCookieIfPossible(jar, receiptCookie(arrived, request, cookie));
    },
  };
}
