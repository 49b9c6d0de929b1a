import { increment } from './increment.ts';
import { placesFor } from './places.ts';

const MAX_PLACES = 2 ** 12;
/** For all experiences of a config: 6 MB. */
const ALL_PLACES = 2 ** 20;

const EXPOSED = 0x8000;

/**
 * Follows some visitors from being assigned to being exposed. A visitor has one place, by the hash of the id, and the first
 * to come to a place is followed.
 */
export class FollowedVisitors {
  /** Visitors followed and how many of them were exposed, by the index of the variation. */
  readonly assigned: number[];
  readonly exposed: number[];
  readonly #hashes: Uint32Array;
  /** 0: free; or 1 + the index of the variation, and whether it was shown. */
  readonly #marks: Uint16Array;

  /** `experiences`: how many the memory has to do for. */
  constructor(variations: number, experiences: number) {
    const places = placesFor(experiences, MAX_PLACES, ALL_PLACES);
    this.assigned = Array.from({ length: variations }, () => 0);
    this.exposed = [...this.assigned];
    this.#hashes = new Uint32Array(places);
    this.#marks = new Uint16Array(places);
  }

  add(hash: number, variation: number): void {
    const place = hash & (this.#marks.length - 1);
    if (this.#marks[place] !== 0) return;
    this.#hashes[place] = hash;
    this.#marks[place] = variation + 1;
    increment(this.assigned, variation);
  }

  expose(hash: number): void {
    const place = hash & (this.#marks.length - 1);
    const mark = this.#marks[place] ?? 0;
    if (mark === 0 || mark >= EXPOSED || this.#hashes[place] !== hash) return;
    this.#marks[place] = mark | EXPOSED;
    increment(this.exposed, mark - 1);
  }
}
