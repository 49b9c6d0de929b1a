/** A conversion that only the config can tell the goal of. */
export interface EarlyConversion {
  readonly visitorId: string;
  /** Gets ready what tracking needs of the visitor. Never rejects. */
  readonly prepare: () => Promise<void>;
  readonly track: () => void;
}

export interface EarlyOptions {
  readonly maxSize: number;
  readonly dropped: (count: number) => void;
  /** Resolves once the first attempt has settled; starts it if nobody has. */
  readonly loadConfig: () => Promise<unknown>;
}

/** Conversions from before the config is there, in their order. */
export class EarlyConversions {
  readonly #options: EarlyOptions;
  readonly #waiting = new Set<EarlyConversion>();
  #tracking: Promise<unknown> = Promise.resolve();

  constructor(options: EarlyOptions) {
    this.#options = options;
  }

  get isIdle(): boolean {
    return this.#waiting.size === 0;
  }

  add(conversion: EarlyConversion): void {
    const { maxSize, dropped, loadConfig } = this.#options;
    this.#waiting.add(conversion);
    void loadConfig();
    const [oldest] = this.#waiting;
    if (oldest === undefined || this.#waiting.size <= maxSize) return;
    this.#waiting.delete(oldest);
    dropped(1);
  }

  /** The config is there: tracks what waits. */
  release(): void {
    const prepared = Array.from(this.#waiting, async (conversion) => {
      await conversion.prepare();
      if (this.#waiting.delete(conversion)) conversion.track();
    });
    this.#tracking = Promise.all(prepared);
  }

  /** Resolves when what waits now is tracked or dropped, or the config could not be loaded. */
  async settled(): Promise<void> {
    if (!this.isIdle) await this.#options.loadConfig();
    await this.#tracking;
  }

  /** Drops what waits; of one visitor if one is named. */
  drop(visitorId?: string): void {
    for (const conversion of this.#waiting) {
      if (visitorId === undefined || conversion.visitorId === visitorId) this.#waiting.delete(conversion);
    }
  }
}
