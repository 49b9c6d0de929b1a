import type { QueueReleased, ReleaseReason } from '../events.ts';
import type { Clock } from '../ports.ts';
import { Backlog } from './backlog.ts';
import { bytesOf, type QueuedEvent } from './wire-events.ts';

/** Bytes of events in one request: browsers and proxies refuse bigger ones. */
const MAX_REQUEST_BYTES = 60 * 1024;
const MAX_REQUEST_EVENTS = 1_000;

export interface RetryPlan {
  readonly baseMs: number;
  readonly factor: number;
  readonly maxMs: number;
  readonly jitter: number;
}

export interface QueueOptions {
  readonly batchSize: number;
  readonly autoFlushIntervalMs: number | undefined;
  readonly maxQueueSize: number;
  readonly retry: RetryPlan;
  readonly clock: Clock;
  readonly random: () => number;
  /** Delivers events; resolves with the answer's status, rejects when there was none. */
  readonly send: (events: readonly QueuedEvent[]) => Promise<{ status: number; retryAfterMs: number | null }>;
  readonly released: (payload: QueueReleased, error?: unknown) => void;
  readonly dropped: (count: number) => void;
  /** Runs once when the process has nothing left to do; returns its undo. Unset where there is no such moment. */
  readonly beforeExit?: (run: () => void) => () => void;
}

/**
 * Events on their way to the collector. A batch is pending, then in flight, then gone, and only a 2xx answer (or a final
 * refusal) makes it gone; a failed one goes back to the front. At most one request is under way, so a visitor's events
 * stay in order.
 */
export class Queue {
  readonly #options: QueueOptions;
  readonly #pending = new Backlog<QueuedEvent>();
  #held = false;
  #sending: Promise<void> | null = null;
  #failures = 0;
  /** Counts `clear()`: what was under way before must not come back. */
  #clearings = 0;
  /** Visitors whose events were dropped while a request was under way. */
  readonly #dropped = new Set<string>();
  #cancelTimer: (() => void) | null = null;
  #timerDueAt = Number.POSITIVE_INFINITY;
  #cancelRetry: (() => void) | null = null;
  #retryDueAt = 0;
  /** The collector itself asked to wait. */
  #retryIsDemanded = false;
  #forgetExit: (() => void) | null = null;
  #added = 0;
  #settled = 0;
  #waiting: { upTo: number; readonly resolve: () => void }[] = [];
  #closed = false;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#pending.size;
  }

  add(event: QueuedEvent): void {
    if (this.#closed) return;
    this.#pending.add(event);
    this.#added++;
    this.#limit();
    if (this.#held) return;
    this.#watchExit();
    if (this.#pending.size >= this.#options.batchSize) this.#release('batch_size');
    else this.#startTimer();
  }

  /** While held, events are kept and nothing is sent. */
  hold(held: boolean): void {
    this.#held = held;
    if (held) this.#resolveWaiting();
    else if (this.#pending.size > 0) {
      this.#watchExit();
      this.#release('explicit');
    }
  }

  /** Forgets what has not been sent. */
  clear(): void {
    const count = this.#pending.size;
    this.#clearings++;
    this.#pending.drop(count);
    this.#settle(count);
  }

  /** Forgets what of one visitor has not been sent; what is under way is not sent again. */
  drop(visitorId: string): void {
    if (this.#sending !== null) this.#dropped.add(visitorId);
    this.#remove((event) => event.visitorId === visitorId);
  }

  /** Resolves when everything added so far is delivered or dropped, or when the collector stays away for `retry.maxMs`. */
  flush(reason: ReleaseReason = 'explicit'): Promise<void> {
    if (this.#closed || this.#held || this.#settled >= this.#added) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(this.#options.retry.maxMs, () => finish(), true);
      const waiting = { upTo: this.#added, resolve: () => finish() };
      const finish = (): void => {
        cancel();
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
        resolve();
      };
      this.#waiting.push(waiting);
      // Being asked is a reason to try again at once, unless the collector said when.
      if (!this.#retryIsDemanded) this.#stopRetry();
      this.#release(reason);
    });
  }

  /** Stops timers and releases whoever waits; nothing more is sent. */
  close(): void {
    this.#closed = true;
    this.#stopTimer();
    this.#stopRetry();
    this.#forgetExit?.();
    this.#resolveWaiting();
  }

  #resolveWaiting(): void {
    for (const { resolve } of [...this.#waiting]) resolve();
  }

  #watchExit(): void {
    this.#forgetExit ??= this.#options.beforeExit?.(() => this.#onExit()) ?? null;
  }

  #onExit(): void {
    this.#forgetExit = null;
    void this.flush('exit');
  }

  #release(reason: ReleaseReason): void {
    if (this.#sending !== null || this.#held || this.#closed || this.#pending.size === 0) return;
    if (this.#cancelRetry !== null && this.#options.clock.now() < this.#retryDueAt) return;
    this.#stopTimer();
    this.#stopRetry();
    const batch = this.#takeBatch();
    this.#sending = this.#deliver(batch, reason).then((delay) => {
      this.#sending = null;
      if (delay !== null) this.#startRetry(delay, reason);
      else this.#afterDelivery(reason);
    });
  }

  /** Sends a batch; resolves with the ms to wait before the next attempt, or `null` when the batch is done with. */
  async #deliver(batch: readonly QueuedEvent[], reason: ReleaseReason): Promise<number | null> {
    const clearings = this.#clearings;
    let status: number | null = null;
    let retryAfterMs: number | null = null;
    let error: unknown;
    try {
      ({ status, retryAfterMs } = await this.#options.send(batch));
      if (status < 200 || status > 299) error = new Error(`The collector answered with status ${status}.`);
    } catch (cause) {
      error = cause;
    }
    const attempts = this.#failures;
    const final = error === undefined || isFinalRefusal(status) || clearings !== this.#clearings;
    if (final) {
      this.#failures = 0;
      this.#settle(batch.length);
    } else {
      this.#failures++;
      if (!this.#closed) this.#putBack(batch);
      this.#limit();
    }
    this.#dropped.clear();
    this.#options.released(
      {
        reason,
        batchSize: batch.length,
        visitorCount: new Set(batch.map((queued) => queued.visitorId)).size,
        eventCount: batch.length,
        statusCode: error === undefined ? null : status,
        retryAttempts: attempts,
      },
      error,
    );
    this.#retryIsDemanded = retryAfterMs !== null;
    return final ? null : Math.max(this.#backOff(), retryAfterMs ?? 0);
  }

  #afterDelivery(reason: ReleaseReason): void {
    if (this.#pending.size === 0) {
      this.#forgetExit?.();
      this.#forgetExit = null;
    } else if (this.#waiting.length > 0) this.#release(reason);
    else if (this.#pending.size >= this.#options.batchSize) this.#release('batch_size');
    else this.#startTimer();
  }

  #takeBatch(): QueuedEvent[] {
    let bytes = 0;
    return this.#pending.take(MAX_REQUEST_EVENTS, (event) => {
      bytes += bytesOf(event);
      return bytes <= MAX_REQUEST_BYTES;
    });
  }

  #putBack(batch: readonly QueuedEvent[]): void {
    this.#pending.putBack(batch);
    if (this.#dropped.size > 0) {
      this.#remove(({ visitorId }, index) => index < batch.length && this.#dropped.has(visitorId));
    }
  }

  /** As if they had never been added: who waits for others goes on waiting for those. */
  #remove(isUnwanted: (event: QueuedEvent, index: number) => boolean): void {
    const first = this.#added - this.#pending.size;
    const removed = this.#pending.remove(isUnwanted).map((index) => first + index);
    this.#added -= removed.length;
    for (const waiting of this.#waiting) waiting.upTo -= removed.filter((place) => place < waiting.upTo).length;
    this.#settle(0);
  }

  #limit(): void {
    const excess = this.#pending.size - this.#options.maxQueueSize;
    if (excess <= 0) return;
    this.#pending.drop(excess);
    this.#settle(excess);
    this.#options.dropped(excess);
  }

  #settle(count: number): void {
    this.#settled += count;
    for (const { upTo, resolve } of [...this.#waiting]) if (this.#settled >= upTo) resolve();
  }

  #backOff(): number {
    const { baseMs, factor, maxMs, jitter } = this.#options.retry;
    const wait = Math.min(maxMs, baseMs * factor ** (this.#failures - 1));
    return wait * (1 - jitter * this.#options.random());
  }

  #startTimer(): void {
    const { autoFlushIntervalMs, clock } = this.#options;
    if (autoFlushIntervalMs === undefined || this.#held || this.#closed) return;
    if (this.#cancelTimer !== null) {
      // A runtime that was frozen may have missed the timer.
      if (clock.now() >= this.#timerDueAt) this.#release('timer');
      return;
    }
    this.#timerDueAt = clock.now() + autoFlushIntervalMs;
    this.#cancelTimer = clock.after(autoFlushIntervalMs, () => {
      this.#cancelTimer = null;
      this.#release('timer');
    });
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  #startRetry(delayMs: number, reason: ReleaseReason): void {
    if (this.#closed) return;
    const { clock } = this.#options;
    this.#retryDueAt = clock.now() + delayMs;
    this.#cancelRetry = clock.after(delayMs, () => {
      this.#cancelRetry = null;
      this.#release(reason);
    });
  }

  #stopRetry(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = null;
  }
}

/** Asking again cannot help with a request the collector understood and refused. */
export function isFinalRefusal(status: number | null): boolean {
  return status !== null && status >= 400 && status < 500 && status !== 408 && status !== 429;
}
