import { ConvertError } from '@convert-fullstack/core';
import { recentMap } from './recent-map.ts';

export interface RateLimit {
  /**
   * Takes one of a visitor's requests, or what weighs as much as several; returns how long to wait before it may pass, in
   * ms, and 0 when it may.
   */
  take(visitorId: string, weight?: number): number;
}

/** Visitors of the last minutes; more than one process serves at once. */
const REMEMBERED_VISITORS = 10_000;
const MINUTE_MS = 60_000;

/**
 * A token bucket for each visitor: a minute's worth of requests at once, refilled steadily. Throws `ConvertError`
 * `options_invalid` for a rate that is no positive number; `now` is monotone and in ms.
 *
 * Nothing is limited across visitors. A flood of made-up ids would use such a limit up for everybody, and the addresses
 * it comes from, which would tell it apart, are known to the host and its firewall only.
 */
export function createRateLimit(requestsPerMinute: number, now: () => number = () => performance.now()): RateLimit {
  if (!(requestsPerMinute > 0)) {
    throw new ConvertError(
      'options_invalid',
      `requestsPerMinute must be a number above 0, got ${String(requestsPerMinute)}.`,
    );
  }
  const refillMs = MINUTE_MS / requestsPerMinute;
  // When the bucket will be full again says all there is to know about it.
  const fullAt = recentMap<number>(REMEMBERED_VISITORS);
  return {
    take(visitorId, weight = 1) {
      const time = now();
      const next = Math.max(fullAt.get(visitorId) ?? time, time) + refillMs * weight;
      // What is too heavy for any bucket passes when that is full.
      const wait = next - time - Math.max(MINUTE_MS, refillMs * weight);
      // Rounding must not take the last request of a bucket away.
      if (wait > 0.001) return wait;
      fullAt.set(visitorId, next);
      return 0;
    },
  };
}
