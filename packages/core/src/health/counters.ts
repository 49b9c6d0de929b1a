import type { Experience, Variation } from '../config/plan.ts';
import type { Snapshot } from '../config/snapshot.ts';
import { ExperienceTally } from './experience-tally.ts';
import { increment } from './increment.ts';

/** What was counted by one config. */
export class Counters {
  readonly snapshot: Snapshot | null;
  /** In one list, by the position of the variation among all of the config: that costs a decision next to nothing. */
  readonly #remembered: Uint32Array;
  readonly #tallies: (ExperienceTally | null)[];
  readonly #clearingsBefore: Uint32Array;

  constructor(snapshot: Snapshot | null, clearings: number) {
    const { variationCount = 0, experienceCount = 0 } = snapshot ?? {};
    this.snapshot = snapshot;
    this.#remembered = new Uint32Array(variationCount);
    this.#tallies = new Array(experienceCount).fill(null);
    this.#clearingsBefore = new Uint32Array(experienceCount).fill(clearings);
  }

  remember({ position }: Variation): void {
    increment(this.#remembered, position);
  }

  /** Visitors whose decision was remembered. */
  remembered({ position }: Variation): number {
    return this.#remembered[position] ?? 0;
  }

  /** What else was counted; `null`: nothing. */
  tallyOf({ position }: Experience): ExperienceTally | null {
    return this.#tallies[position] ?? null;
  }

  newTally({ position, variationCount }: Experience): ExperienceTally {
    const tally = new ExperienceTally(variationCount, this.#clearingsBefore.length);
    this.#tallies[position] = tally;
    return tally;
  }

  hasCounted(experience: Experience): boolean {
    return this.tallyOf(experience) !== null || this.#rememberedOf(experience).some((count) => count > 0);
  }

  /** How often visitor records had been given up when the counting of an experience began. */
  clearingsBefore({ position }: Experience): number {
    return this.#clearingsBefore[position] ?? 0;
  }

  /** Continues what `other` has counted of an experience that has the same variations there. */
  takeOver(experience: Experience, other: Counters, there: Experience): void {
    this.#rememberedOf(experience).set(other.#rememberedOf(there));
    this.#tallies[experience.position] = other.tallyOf(there);
    this.#clearingsBefore[experience.position] = other.clearingsBefore(there);
  }

  beginAnew(experience: Experience, clearings: number): void {
    this.#rememberedOf(experience).fill(0);
    this.#tallies[experience.position] = null;
    this.#clearingsBefore[experience.position] = clearings;
  }

  #rememberedOf({ firstVariation, variationCount }: Experience): Uint32Array {
    return this.#remembered.subarray(firstVariation, firstVariation + variationCount);
  }
}
