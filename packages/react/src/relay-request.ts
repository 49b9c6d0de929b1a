import type { RelayConsent } from '@convert-fullstack/core/bridge';
import type { Batch } from './batches.ts';
import { explainRejected, explainStatus } from './explain.ts';

export type RelayBody = Batch | RelayConsent;

/** Posts to the app's own server. The status of the answer, or 0 to try again later; never rejects. */
export async function postToRelay(endpoint: string, body: RelayBody, isLeaving?: boolean): Promise<number> {
  const isBatch = 'id' in body;
  try {
    // Another page may have sent it and be gone: the answer is in the cookie all the same.
    if (isBatch && document.cookie.includes(body.id)) return 202;
    const url = endpoint + (isBatch ? '/events' : '/consent');
    // With the cookie of the visitor: `credentials` is 'same-origin' unless told.
    const headers = { 'content-type': 'application/json' };
    const sent = JSON.stringify({ ...body, isLeaving });
    const response = await fetch(url, { method: 'POST', keepalive: true, headers, body: sent });
    const { status } = response;
    // Read to its end, or the browser keeps the request open; not awaited, or a broken answer would send the events again.
    response
      .text()
      .then(explainRejected)
      .catch(() => {});
    if (/408|429|5../.test(`${status}`)) return 0;
    explainStatus(url, status);
    return status;
  } catch {
    return 0;
  }
}
