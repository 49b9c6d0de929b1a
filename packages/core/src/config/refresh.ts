import type { Clock } from '../ports.ts';

export interface RefreshPlan {
  /** `null`: only until the first success. */
  readonly intervalMs: number | null;
  readonly jitterMs: number;
  readonly backoffFactor: number;
  readonly backoffMaxMs: number;
}

export interface RefreshOptions {
  readonly plan: RefreshPlan;
  readonly clock: Clock;
  readonly random: () => number;
  /** One attempt; resolves with what came of it, never rejects. */
  readonly attempt: () => Promise<RefreshOutcome>;
}

/** `refused`: the service does not accept the key, which asking again soon will not change. */
export type RefreshOutcome = 'loaded' | 'failed' | 'refused';

const FIRST_RETRY_MS = 1_000;
const REFUSED_RETRY_MS = 60_000;

/** Keeps the config fresh: polls, retries with back-off for ever, and never runs two attempts at once. */
export class Refresh {
  readonly #options: RefreshOptions;
  #running: Promise<void> | null = null;
  #cancel: (() => void) | null = null;
  #dueAt = Number.POSITIVE_INFINITY;
  #failures = 0;
  #everLoaded = false;
  #closed = false;

  constructor(options: RefreshOptions) {
    this.#options = options;
  }

  /** Refreshes now; calls that overlap share one attempt. */
  now(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#running ??= this.#run();
    return this.#running;
  }

  /** Refreshes in the background if it is overdue: timers do not run in a runtime that freezes between requests. */
  ifDue(): void {
    if (this.#running === null && this.#options.clock.now() >= this.#dueAt) void this.now();
  }

  close(): void {
    this.#closed = true;
    this.#dueAt = Number.POSITIVE_INFINITY;
    this.#cancel?.();
    this.#cancel = null;
  }

  async #run(): Promise<void> {
    this.#cancel?.();
    this.#cancel = null;
    const outcome = await this.#options.attempt();
    this.#running = null;
    this.#failures = outcome === 'loaded' ? 0 : this.#failures + 1;
    if (outcome === 'loaded') this.#everLoaded = true;
    const delay = this.#nextDelay(outcome);
    if (delay === null || this.#closed) return;
    this.#dueAt = this.#options.clock.now() + delay;
    this.#cancel = this.#options.clock.after(delay, () => void this.now());
  }

  #nextDelay(outcome: RefreshOutcome): number | null {
    const { plan, random } = this.#options;
    if (plan.intervalMs === null && this.#everLoaded) return null;
    if (outcome === 'loaded') return (plan.intervalMs ?? 0) + random() * plan.jitterMs;
    const first = outcome === 'refused' ? REFUSED_RETRY_MS : this.#everLoaded ? (plan.intervalMs ?? 0) : FIRST_RETRY_MS;
    const wait = Math.min(plan.backoffMaxMs, first * plan.backoffFactor ** (this.#failures - 1));
    return wait * (1 - 0.5 * random());
  }
}
