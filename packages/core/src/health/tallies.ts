import type { Experience, Variation } from '../config/plan.ts';
import type { Snapshot } from '../config/snapshot.ts';
import { hashAfter, hashPrefix } from '../decide/hash.ts';
import { Counters } from './counters.ts';
import type { ExperienceTally } from './experience-tally.ts';
import { isSameSplit } from './split.ts';

export interface TalliesOptions {
  /** The config in use. */
  readonly current: () => Snapshot | null;
  /** How often visitor records were given up to make room for others. */
  readonly clearings: () => number;
}

/** Somebody to whom decisions are handed out. */
export interface HandedTo {
  readonly visitorId: string;
  /** Whether the visitor's record has a decision of an experience; absent where the record is not at hand. */
  has?(experienceId: string): boolean;
}

const FROM_THE_START = hashPrefix('');

/**
 * Counts visitors by variation of the config in use. Another config takes over what was counted for the experiences that
 * it splits in the same way; the others begin anew.
 */
export class Tallies {
  readonly #options: TalliesOptions;
  #counters = new Counters(null, 0);

  constructor(options: TalliesOptions) {
    this.#options = options;
  }

  /** What was counted by the config in use. */
  get counters(): Counters {
    const current = this.#options.current();
    if (current !== this.#counters.snapshot && current !== null) this.#counters = this.#continued(current);
    return this.#counters;
  }

  /** A decision was remembered that the visitor's record did not have. */
  remembered(snapshot: Snapshot, variation: Variation, visitorId: string): void {
    const counters = snapshot === this.#counters.snapshot ? this.#counters : this.counters;
    const own = ownOf(counters, snapshot, variation);
    if (own === null) return;
    const tally = counters.tallyOf(own.experience);
    // Who was handed the decision before is no other visitor.
    if (tally === null || tally.assigned === null) counters.remember(own);
    else tally.handOut(hashOf(visitorId), own.index, false);
  }

  /** Decisions were handed out and not remembered. */
  handedOut(snapshot: Snapshot, variations: readonly Variation[], visitor: HandedTo): void {
    const { counters } = this;
    const hash = hashOf(visitor.visitorId);
    for (const variation of variations) {
      const isKnown = visitor.has?.(variation.experience.id) ?? false;
      this.#tallyOf(counters, snapshot, variation)?.handOut(hash, variation.index, isKnown);
    }
  }

  /** An exposure was queued. */
  exposed(snapshot: Snapshot, variation: Variation, visitorId: string): void {
    this.#tallyOf(this.counters, snapshot, variation)?.expose(hashOf(visitorId), variation.index);
  }

  /** A visitor's first conversion was credited to a variation. */
  converted(snapshot: Snapshot, variation: Variation): void {
    this.#tallyOf(this.counters, snapshot, variation)?.convert(variation.index);
  }

  /** A variation threw in a browser. */
  threw(snapshot: Snapshot, variation: Variation): void {
    this.#tallyOf(this.counters, snapshot, variation)?.fail(variation.index);
  }

  /** How often a remembered decision may have been counted: a visitor whose record was given up comes as somebody new. */
  timesRemembered(experience: Experience): number {
    // A record is given up with the second clearing after it was written.
    return 1 + Math.floor((this.#options.clearings() - this.counters.clearingsBefore(experience)) / 2);
  }

  /** `null`: the config in use splits the traffic of the experience in another way. */
  #tallyOf(counters: Counters, snapshot: Snapshot, variation: Variation): ExperienceTally | null {
    const own = ownOf(counters, snapshot, variation);
    if (own === null) return null;
    const tally = counters.tallyOf(own.experience);
    if (tally !== null && !tally.isFull) return tally;
    if (tally !== null) counters.beginAnew(own.experience, this.#options.clearings());
    return counters.newTally(own.experience);
  }

  #continued(snapshot: Snapshot): Counters {
    const last = this.#counters;
    const next = new Counters(snapshot, this.#options.clearings());
    for (const experience of snapshot.experiences) {
      const there = last.snapshot?.experienceById(experience.id);
      // Without a plan, nobody was decided.
      if (there?.plan == null || !isSameSplit(there.plan, snapshot.planOf(experience))) continue;
      next.takeOver(experience, last, there);
    }
    return next;
  }
}

/** A variation in the config that is counted by; `null` when that has no such variation or splits it in another way. */
function ownOf({ snapshot: current }: Counters, snapshot: Snapshot, variation: Variation): Variation | null {
  if (snapshot === current) return variation;
  const own = current?.variation(variation.experience.id, variation.id);
  if (current === null || own === undefined) return null;
  return isSameSplit(current.planOf(own.experience), snapshot.planOf(variation.experience)) ? own : null;
}

// Of the id alone: hashed behind the id of an experience, it decides which variation a visitor has.
function hashOf(visitorId: string): number {
  return hashAfter(FROM_THE_START, visitorId);
}
