import type { Clock } from '../ports.ts';

// A longer one would run at once. What has to wait longer asks the time when it wakes up or can bear to be early.
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The runtime's own time. */
export const systemClock: Clock = {
  // Not Date.now(): it jumps when the machine's time is set, and Next.js refuses it while it prerenders.
  now: () => performance.timeOrigin + performance.now(),
  after(ms, run, keepAlive = false) {
    const timer: unknown = setTimeout(run, Math.min(ms, MAX_TIMER_MS));
    if (!keepAlive && isUnrefable(timer)) timer.unref();
    return () => clearTimeout(timer as ReturnType<typeof setTimeout>);
  },
};

// Node and its relatives return an object here, browsers a number.
function isUnrefable(timer: unknown): timer is { unref(): void } {
  return typeof timer === 'object' && timer !== null && 'unref' in timer;
}
