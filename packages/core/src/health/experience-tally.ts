import { DistinctVisitors } from './distinct-visitors.ts';
import { FollowedVisitors } from './followed-visitors.ts';
import { increment } from './increment.ts';

/** What happened to the visitors of one experience. Lists are by the index of the variation. */
export class ExperienceTally {
  /** Decisions handed out, repetitions included: they are not remembered and so made anew with every request. */
  decisions = 0;
  /** Exposures queued. */
  readonly exposures: number[];
  /** Visitors with a first conversion. */
  readonly converted: number[];
  /** Errors that were reported. */
  readonly errors: number[];
  readonly #experiences: number;
  #assigned: DistinctVisitors | null = null;
  #exposed: DistinctVisitors | null = null;
  #followed: FollowedVisitors | null = null;

  /** `experiences`: how many the memory has to do for. */
  constructor(variations: number, experiences: number) {
    this.exposures = Array.from({ length: variations }, () => 0);
    this.converted = [...this.exposures];
    this.errors = [...this.exposures];
    this.#experiences = experiences;
  }

  /** Visitors to whom decisions were handed out; `null`: to none. */
  get assigned(): DistinctVisitors | null {
    return this.#assigned;
  }

  get exposed(): DistinctVisitors | null {
    return this.#exposed;
  }

  get followed(): FollowedVisitors | null {
    return this.#followed;
  }

  /** Whether it is time to begin anew. */
  get isFull(): boolean {
    return (this.#assigned?.isFull || this.#exposed?.isFull) ?? false;
  }

  /** `isKnown`: the visitor came with an earlier decision, which may have followed another split of the traffic. */
  handOut(hash: number, variation: number, isKnown: boolean): void {
    this.decisions++;
    this.#assigned ??= new DistinctVisitors(this.converted.length, this.#experiences);
    this.#followed ??= new FollowedVisitors(this.converted.length, this.#experiences);
    const isNew = this.#assigned.add(hash, isKnown ? null : variation);
    if (isNew && !isKnown) this.#followed.add(hash, variation);
  }

  expose(hash: number, variation: number): void {
    increment(this.exposures, variation);
    this.#exposed ??= new DistinctVisitors(this.converted.length, this.#experiences);
    this.#exposed.add(hash, variation);
    this.#followed?.expose(hash);
  }

  convert(variation: number): void {
    increment(this.converted, variation);
  }

  fail(variation: number): void {
    increment(this.errors, variation);
  }
}
