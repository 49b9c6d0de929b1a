import type { Clock } from '../ports.ts';

/** The runtime's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run, keepAlive = false) {
    const timer: unknown = setTimeout(run, ms);
    if (!keepAlive && isUnrefable(timer)) timer.unref();
    return () => clearTimeout(timer as ReturnType<typeof setTimeout>);
  },
};

// Node and its relatives return an object here, browsers a number.
function isUnrefable(timer: unknown): timer is { unref(): void } {
  return typeof timer === 'object' && timer !== null && 'unref' in timer;
}
