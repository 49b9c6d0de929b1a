import type { Assignment } from './bridge/payload.ts';
import type { Experience, Snapshot } from './config/snapshot.ts';
import type { Decision } from './decide/experience.ts';
import type { Decided } from './decide/rules.ts';

/**
 * The decisions of one payload. Where a rule asks whether the visitor is in another experience, that one is decided
 * first, whatever the order of the config, so that mutual exclusion holds.
 */
export class PayloadDecisions implements Decided {
  readonly #snapshot: Snapshot;
  readonly #stored: Decided;
  readonly #decide: (experience: Experience) => Decision;
  #asked: Map<Experience, Decision | 'undecided'> | null = null;

  constructor(snapshot: Snapshot, stored: Decided, decide: (experience: Experience) => Decision) {
    this.#snapshot = snapshot;
    this.#stored = stored;
    this.#decide = decide;
  }

  has(experienceId: string): boolean {
    if (this.#stored.has(experienceId)) return true;
    const experience = this.#snapshot.experienceById(experienceId);
    if (experience === undefined) return false;
    this.#asked ??= new Map();
    let decision = this.#asked.get(experience);
    if (decision === undefined) {
      // Two experiences that exclude each other: the one asked about while it is being decided counts as not decided.
      this.#asked.set(experience, 'undecided');
      decision = this.#decide(experience);
      this.#asked.set(experience, decision);
    }
    return typeof decision !== 'string';
  }

  assignments(experiences: readonly Experience[]): Assignment[] {
    const assigned: Assignment[] = [];
    for (const experience of experiences) {
      const known = this.#asked?.get(experience);
      const decision = known === undefined || known === 'undecided' ? this.#decide(experience) : known;
      if (typeof decision !== 'string') assigned.push(decision.assignment);
    }
    return assigned;
  }
}
