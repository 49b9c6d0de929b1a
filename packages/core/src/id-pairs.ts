/**
 * Pairs of ids, the latest of each first id counting. Written far more often than read: a visitor who is given a
 * thousand variations costs a thousand appends, and the index is built by the first look-up, if one ever comes.
 */
export class IdPairs {
  readonly #log: string[];
  #index: Map<string, string> | null = null;

  constructor(log: string[] = []) {
    this.#log = log;
  }

  /** Pairs written, overwritten ones included. */
  get written(): number {
    return this.#log.length / 2;
  }

  set(first: string, second: string): void {
    this.#log.push(first, second);
    this.#index?.set(first, second);
  }

  get(first: string): string | undefined {
    return this.#log.length === 0 ? undefined : this.#indexed().get(first);
  }

  entries(): Iterable<[string, string]> {
    return this.#indexed().entries();
  }

  #indexed(): Map<string, string> {
    if (this.#index === null) {
      this.#index = new Map();
      for (let i = 0; i < this.#log.length; i += 2) this.#index.set(this.#log[i] ?? '', this.#log[i + 1] ?? '');
    }
    return this.#index;
  }
}
