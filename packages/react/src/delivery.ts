import { RELAY_MAX_BYTES, type RelayEvent, type RelayReceipt } from '@convert-fullstack/core/bridge';

export interface Delivery {
  add(event: RelayEvent): void;
  /** Sends what waits whenever the page is hidden; the result stops that and sends a last time. */
  attach(isTracking: boolean): () => void;
}

// Replaced at build time by every bundler that React runs in.
declare const process: { readonly env: { readonly NODE_ENV?: string } };

const BATCH_SIZE = 10;
// Short: what was shown should arrive before a server action counts a conversion.
const INTERVAL_MS = 100;
const RETRY_MS = 1_000;
const MAX_DELAY_MS = 30_000;
const MAX_WAITING = 1_000;
// Well under what the relay takes at once, also after a long time without network.
const MAX_BATCH = 100;
const ENVELOPE_BYTES = '{"events":[]}'.length;
const JSON_TYPE = 'application/json';

/**
 * The browser's queue to the relay. One request at a time, except that a page that is being hidden sends at once.
 * Events wait as JSON text: what was reported cannot change afterwards, and its size is known.
 */
export function createDelivery(url: string, random: () => number = Math.random): Delivery {
  let waiting: string[] = [];
  let inFlight = 0;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isAttached = false;
  let isTracking = true;
  const warned = new Set<string>();

  function warnOnce(message: string): void {
    if (!warned.has(message)) console.warn(`Convert: ${message}.`);
    warned.add(message);
  }

  function keep(events: string[]): void {
    waiting = events.slice(-MAX_WAITING);
    if (events.length > MAX_WAITING) warnOnce(`over ${MAX_WAITING} events, oldest dropped`);
  }

  function schedule(): void {
    // The answer to a request under way decides when the next one leaves.
    if (waiting.length === 0 || inFlight > 0) return;
    if (failures === 0 && waiting.length >= BATCH_SIZE) send(false);
    else timer ??= setTimeout(send, delay(), false);
  }

  function delay(): number {
    if (failures === 0) return INTERVAL_MS;
    return Math.min(MAX_DELAY_MS, RETRY_MS * 2 ** failures) * (1 - random() / 2);
  }

  function send(isLeaving: boolean): void {
    clearTimeout(timer);
    timer = undefined;
    while (waiting.length > 0 && (isLeaving || inFlight === 0)) void post(take(), isLeaving);
  }

  function take(): string[] {
    let bytes = ENVELOPE_BYTES;
    const end = waiting.findIndex((event, index) => {
      bytes += bytesOf(event) + 1;
      return bytes > RELAY_MAX_BYTES || index === MAX_BATCH;
    });
    return waiting.splice(0, end < 0 ? MAX_BATCH : end);
  }

  async function post(batch: string[], isLeaving: boolean): Promise<void> {
    inFlight += 1;
    const status = await request(`{"events":[${batch}]}`, isLeaving).catch(() => 0);
    inFlight -= 1;
    const isUndelivered = status === 0 || status === 408 || status === 429 || status >= 500;
    failures = isUndelivered ? failures + 1 : 0;
    if (isUndelivered && isTracking) keep([...batch, ...waiting]);
    if (!isUndelivered && status > 299) warnOnce(`${url} answered ${status}, events dropped`);
    // Nobody is left to stop the retries of a provider that is gone; they resume if it comes back.
    if (isAttached || !isUndelivered) schedule();
  }

  /** The status of the answer; rejects when there is none. */
  async function request(body: string, isLeaving: boolean): Promise<number> {
    if (isLeaving && !('keepalive' in Request.prototype)) {
      return navigator.sendBeacon(url, new Blob([body], { type: JSON_TYPE })) ? 202 : 0;
    }
    // With the cookie of the visitor: `credentials` is 'same-origin' unless told.
    const headers = { 'content-type': JSON_TYPE };
    const response = await fetch(url, { method: 'POST', keepalive: true, headers, body });
    // Read to its end, or the browser keeps the request open; not awaited, or a broken answer would send the events again.
    response.text().then(explainRejected, () => {});
    return response.status;
  }

  function explainRejected(answer: string): void {
    if (process.env.NODE_ENV === 'production') return;
    try {
      const { rejected }: RelayReceipt = JSON.parse(answer);
      const reasons = new Set(rejected.map(({ reason }) => reason));
      if (reasons.size > 0) warnOnce(`the relay rejected events: ${[...reasons].join(', ')}`);
    } catch {
      // Something other than the relay answered; its status has been heeded.
    }
  }

  return {
    add(event) {
      const text = JSON.stringify(event);
      if (ENVELOPE_BYTES + bytesOf(text) >= RELAY_MAX_BYTES) return warnOnce('event too large, dropped');
      keep([...waiting, text]);
      schedule();
    },
    attach(tracking) {
      const stop = new AbortController();
      const { signal } = stop;
      isAttached = true;
      isTracking = tracking;
      if (!isTracking) waiting = [];
      // Not removed on pagehide: a page that comes back from the back/forward cache goes on as it was.
      window.addEventListener('pagehide', () => send(true), { signal });
      document.addEventListener('visibilitychange', () => document.hidden && send(true), { signal });
      schedule();

      return () => {
        stop.abort();
        isAttached = false;
        // Effects that only run again (StrictMode, another tracking prop) have attached by then.
        queueMicrotask(() => {
          if (!isAttached) send(true);
        });
      };
    },
  };
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
