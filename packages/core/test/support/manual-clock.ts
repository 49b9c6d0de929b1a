import type { Clock } from '@convert-fullstack/core';

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** Time that moves when a test says so. */
export class ManualClock implements Clock {
  #now = Date.UTC(2026, 0, 1);
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, run };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Timers that are set. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Ms until the next timer. */
  get nextIn(): number | null {
    const next = this.#next();
    return next === undefined ? null : next.at - this.#now;
  }

  /** Lets time pass: timers run when they are due, and what they start gets to run as well. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settled();
    for (let next = this.#next(); next !== undefined && next.at <= end; next = this.#next()) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
      await settled();
    }
    this.#now = end;
  }

  /** Time passes as in a process that is frozen: no timer runs. */
  freeze(ms: number): void {
    this.#now += ms;
  }

  #next(): Timer | undefined {
    return [...this.#timers].sort((a, b) => a.at - b.at)[0];
  }
}

/** Resolves when every promise that could settle without time or network has settled. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
