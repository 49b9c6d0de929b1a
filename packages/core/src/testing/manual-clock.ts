import type { Clock } from '../ports.ts';
import { turn } from './turn.ts';

/** Time that moves when a test says so. */
export interface ManualClock extends Clock {
  /** Lets time pass: timers run when they are due, and what they start gets to run as well. */
  advance(ms: number): Promise<void>;
}

/**
 * A clock for `new Core({ clock })`.
 *
 * @example
 * const clock = manualClock();
 * const core = new Core({ data, transport, clock, autoFlushIntervalMs: 5_000 });
 * await clock.advance(5_000); // what was queued is sent
 */
export function manualClock(start = Date.UTC(2026, 0, 1)): ManualClock {
  let now = start;
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  const nextUntil = (end: number) => [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  return {
    now: () => now,
    after(ms, run) {
      const timer = { at: now + ms, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async advance(ms) {
      const end = now + ms;
      await turn();
      for (let next = nextUntil(end); next !== undefined; next = nextUntil(end)) {
        timers.delete(next);
        now = Math.max(now, next.at);
        next.run();
        await turn();
      }
      now = end;
    },
  };
}
