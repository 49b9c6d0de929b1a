import { increment } from './increment.ts';
import { placesFor } from './places.ts';

/** Each a bit. With so many, a share that is off by half a percent is noticed. */
const MAX_PLACES = 2 ** 17;
/** For all experiences of a config: 2 MB. */
const ALL_PLACES = 2 ** 24;
const FULL = 0.75;

/**
 * Counts visitors by variation, each once, and keeps none. A visitor has one place, by the hash of the id, and the first
 * to come to a place is counted: whoever comes again is not, and which variation the first one has is left to chance as for
 * everybody else.
 */
export class DistinctVisitors {
  /** Visitors counted, by the index of the variation. */
  readonly counts: number[];
  readonly #places: number;
  readonly #bits: Uint8Array;
  #taken = 0;

  /** `experiences`: how many the memory has to do for. */
  constructor(variations: number, experiences: number) {
    this.counts = Array.from({ length: variations }, () => 0);
    this.#places = placesFor(experiences, MAX_PLACES, ALL_PLACES);
    this.#bits = new Uint8Array(this.#places / 8);
  }

  /** Whether most of those who come by now come too late for their place. */
  get isFull(): boolean {
    return this.#taken >= FULL * this.#places;
  }

  /** Whether the visitor is the first at that place. `null`: somebody who is not to be counted for a variation. */
  add(hash: number, variation: number | null): boolean {
    const place = hash & (this.#places - 1);
    const byte = place >> 3;
    const bit = 1 << (place & 7);
    const bits = this.#bits[byte] ?? 0;
    if ((bits & bit) !== 0) return false;
    this.#bits[byte] = bits | bit;
    this.#taken++;
    if (variation !== null) increment(this.counts, variation);
    return true;
  }

  /** About how many visitors there are for each one counted: by linear counting, the fewer places are free, the more. */
  get perCounted(): number {
    const share = this.#taken / this.#places;
    return share === 0 ? 1 : -Math.log(1 - share) / share;
  }

  /** About how many visitors there are, those included who are not counted for a variation. */
  get visitors(): number {
    return this.#taken * this.perCounted;
  }
}
