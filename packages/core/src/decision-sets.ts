import type { Experience, Variation } from './config/plan.ts';
import type { Snapshot } from './config/snapshot.ts';
import type { Decision } from './decide/experience.ts';
import type { Decided } from './decide/rules.ts';

export type Decide = (experience: Experience) => Decision;

/** Decides each experience at most once. */
export function once(decide: Decide): Decide {
  const decisions = new Map<Experience, Decision>();
  return (experience) => {
    const decision = decisions.get(experience) ?? decide(experience);
    decisions.set(experience, decision);
    return decision;
  };
}

/** The visitor's variations of some experiences, in their order. */
export function variationsOf(experiences: readonly Experience[], decide: Decide): Variation[] {
  const variations: Variation[] = [];
  for (const experience of experiences) {
    const decision = decide(experience);
    if (typeof decision !== 'string') variations.push(decision);
  }
  return variations;
}

/** How often experiences are decided before rules that run in many circles count as not matching. */
const MAX_DECISIONS_EACH = 50;

/**
 * Decisions of one payload that depend on one another. Where a rule asks whether the visitor is in another experience,
 * that one is decided first, whatever the order of the config, so that mutual exclusion holds.
 */
export class DependentDecisions implements Decided {
  readonly #snapshot: Snapshot;
  readonly #stored: Decided;
  readonly #decide: Decide;
  readonly #decisions = new Map<Experience, Decision>();
  /** Experiences being decided, and whether anybody was told already that the visitor is in them. */
  readonly #open = new Map<Experience, { isAssumed: boolean }>();
  #left: number;

  constructor(snapshot: Snapshot, stored: Decided, decide: Decide) {
    this.#snapshot = snapshot;
    this.#stored = stored;
    this.#decide = decide;
    this.#left = MAX_DECISIONS_EACH * snapshot.experiences.length;
  }

  has(experienceId: string): boolean {
    if (this.#stored.has(experienceId)) return true;
    const experience = this.#snapshot.experienceById(experienceId);
    if (experience === undefined) return false;
    const open = this.#open.get(experience);
    if (open === undefined) return typeof this.decide(experience) !== 'string';
    // Rules that go round in a circle: the one asked first goes first.
    open.isAssumed = true;
    return true;
  }

  decide(experience: Experience): Decision {
    const known = this.#decisions.get(experience);
    if (known !== undefined) return known;
    if (this.#left-- <= 0) return 'audience_mismatch';
    const before = this.#decisions.size;
    const open = { isAssumed: false };
    this.#open.set(experience, open);
    const decision = this.#decide(experience);
    this.#open.delete(experience);
    // What was decided on a wrong assumption is decided anew when its turn comes.
    if (open.isAssumed && typeof decision === 'string') this.#forgetSince(before);
    this.#decisions.set(experience, decision);
    return decision;
  }

  #forgetSince(count: number): void {
    for (const experience of [...this.#decisions.keys()].slice(count)) this.#decisions.delete(experience);
  }
}
