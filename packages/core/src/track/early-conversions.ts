/** A conversion that only the config can tell the goal of. */
export interface EarlyConversion {
  readonly visitorId: string;
  /** Gets ready what tracking needs of the visitor. Never rejects. */
  readonly prepare: () => Promise<void>;
  readonly track: () => void;
}

/** Conversions from before the config is there, in their order. */
export class EarlyConversions {
  readonly #maxSize: number;
  readonly #dropped: (count: number) => void;
  readonly #waiting = new Set<EarlyConversion>();
  #tracking: Promise<unknown> = Promise.resolve();

  constructor(maxSize: number, dropped: (count: number) => void) {
    this.#maxSize = maxSize;
    this.#dropped = dropped;
  }

  get isIdle(): boolean {
    return this.#waiting.size === 0;
  }

  add(conversion: EarlyConversion): void {
    this.#waiting.add(conversion);
    const [oldest] = this.#waiting;
    if (oldest === undefined || this.#waiting.size <= this.#maxSize) return;
    this.#waiting.delete(oldest);
    this.#dropped(1);
  }

  /** The config is there: tracks what waits. */
  release(): void {
    const prepared = Array.from(this.#waiting, async (conversion) => {
      await conversion.prepare();
      if (this.#waiting.delete(conversion)) conversion.track();
    });
    this.#tracking = Promise.all(prepared);
  }

  /** Resolves when what was released is tracked or dropped. */
  async settled(): Promise<void> {
    await this.#tracking;
  }

  /** Drops what waits; of one visitor if one is named. */
  drop(visitorId?: string): void {
    for (const conversion of this.#waiting) {
      if (visitorId === undefined || conversion.visitorId === visitorId) this.#waiting.delete(conversion);
    }
  }
}
