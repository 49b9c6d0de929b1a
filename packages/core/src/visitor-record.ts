import { IdPairs } from './id-pairs.ts';
import { type Attributes, NO_ATTRIBUTES } from './results.ts';

/**
 * What a `DataStore` keeps for one visitor. Every field is optional on reading, and fields that this version does not
 * know are kept.
 */
export interface StoredVisitor {
  readonly attributes?: Attributes;
  /** Report segments; `customSegments` lists the ids recorded by `runCustomSegments`. */
  readonly segments?: Attributes;
  /** Experience id to variation id. */
  readonly bucketing?: Readonly<Record<string, string>>;
  /** Goal id to `true`. */
  readonly goals?: Readonly<Record<string, boolean>>;
  /** Experience id to the variation id whose exposure was queued. */
  readonly exposed?: Readonly<Record<string, string>>;
  /** The latest transactions that were counted, as `goalId:transactionId`. */
  readonly transactions?: readonly string[];
  readonly [field: string]: unknown;
}

const NONE: readonly string[] = Object.freeze([]);

/** Transactions a visitor's record keeps: to recognise an order that is reported again, not to archive orders. */
const MAX_TRANSACTIONS = 20;

/** One visitor's state while contexts use it. Writes are noted, so that only they go to a store. */
export class VisitorRecord {
  readonly visitorId: string;
  /** What the record weighed when it was last kept in memory; 0: never. */
  keptSize = 0;
  /** Erased by `core.forget()`: contexts that still have it decide as before, but store and report nothing any more. */
  isForgotten = false;
  /** Ids of the locations the visitor was at in the last run; not stored. */
  #activeLocations: Set<string> | null = null;
  #attributes: Attributes = NO_ATTRIBUTES;
  #segments: Attributes = NO_ATTRIBUTES;
  #bucketing: IdPairs | null = null;
  #goals: Set<string> | null = null;
  #exposed: IdPairs | null = null;
  #transactions: readonly string[] = NONE;
  /** Ids of the experiences that a conversion was credited to; not stored. */
  #credited: Set<string> | null = null;
  #changes: Changes | null = null;

  constructor(visitorId: string, stored?: StoredVisitor | null) {
    this.visitorId = visitorId;
    if (stored != null) this.#load(stored);
  }

  get activeLocations(): Set<string> {
    this.#activeLocations ??= new Set();
    return this.#activeLocations;
  }

  get attributes(): Attributes {
    return this.#attributes;
  }

  get segments(): Attributes {
    return this.#segments;
  }

  get customSegments(): readonly unknown[] {
    const ids = this.#segments.customSegments;
    return Array.isArray(ids) ? ids : [];
  }

  /** Stored decisions: experience id to variation id. */
  get bucketing(): Readonly<Record<string, string>> {
    return recordOf(this.#bucketing);
  }

  /** Whether nothing was ever decided for this visitor. */
  get isFresh(): boolean {
    return this.#bucketing === null && this.#exposed === null;
  }

  /** How much is remembered, in entries. */
  get size(): number {
    const decided = (this.#bucketing?.written ?? 0) + (this.#exposed?.written ?? 0);
    return decided + (this.#goals?.size ?? 0) + (this.#credited?.size ?? 0) + this.#transactions.length;
  }

  variationOf(experienceId: string): string | undefined {
    return this.#bucketing?.get(experienceId);
  }

  /** Whether the visitor has a stored variation of an experience. */
  has(experienceId: string): boolean {
    return this.#bucketing?.get(experienceId) !== undefined;
  }

  hasReached(goalId: string): boolean {
    return this.#goals?.has(goalId) ?? false;
  }

  hasTransaction(transaction: string): boolean {
    return this.#transactions.includes(transaction);
  }

  wasExposedTo(experienceId: string, variationId: string): boolean {
    return this.#exposed?.get(experienceId) === variationId;
  }

  setAttributes(patch: Attributes): void {
    this.#attributes = Object.freeze({ ...this.#attributes, ...patch });
    this.#noted('attributes', patch);
  }

  setSegments(patch: Attributes): void {
    this.#segments = Object.freeze({ ...this.#segments, ...patch });
    this.#noted('segments', patch);
  }

  bucketed(experienceId: string, variationId: string): void {
    // A list that starts with its first pair takes a third of the memory: most visitors have few.
    if (this.#bucketing === null) this.#bucketing = new IdPairs([experienceId, variationId]);
    else this.#bucketing.set(experienceId, variationId);
    this.#changes?.bucketing.set(experienceId, variationId);
  }

  exposedTo(experienceId: string, variationId: string): void {
    if (this.#exposed === null) this.#exposed = new IdPairs([experienceId, variationId]);
    else this.#exposed.set(experienceId, variationId);
    this.#changes?.exposed.set(experienceId, variationId);
  }

  reached(goalId: string): void {
    this.#goals ??= new Set();
    this.#goals.add(goalId);
    this.#changes?.goals.add(goalId);
  }

  counted(transaction: string): void {
    this.#transactions = latestOf(this.#transactions, [transaction]);
    this.#changes?.transactions.push(transaction);
  }

  /** Whether no conversion was credited to the experience before, as far as this process knows. */
  credit(experienceId: string): boolean {
    this.#credited ??= new Set();
    if (this.#credited.has(experienceId)) return false;
    this.#credited.add(experienceId);
    return true;
  }

  /** Starts noting writes for a store. */
  noteChanges(): this {
    this.#changes = new Changes();
    return this;
  }

  /** The noted writes, forgotten once taken; `null` when there are none. */
  takeChanges(): Changes | null {
    const changes = this.#changes;
    if (changes === null || changes.isEmpty) return null;
    this.#changes = new Changes();
    return changes;
  }

  /** A copy that lives on its own: nothing written to it reaches this record or a store. */
  detached(): VisitorRecord {
    const copy = new VisitorRecord(this.visitorId);
    copy.#attributes = this.#attributes;
    copy.#segments = this.#segments;
    copy.#bucketing = this.#bucketing && new IdPairs([...this.#bucketing.entries()].flat());
    copy.#goals = this.#goals && new Set(this.#goals);
    copy.#exposed = this.#exposed && new IdPairs([...this.#exposed.entries()].flat());
    copy.#transactions = this.#transactions;
    return copy;
  }

  /** Takes over what the store has by now; `isOurs`: where both say something, this record is the newer one. */
  refresh(stored: StoredVisitor, isOurs: boolean): void {
    const newer = new VisitorRecord(this.visitorId, stored);
    const merge = (own: Attributes, other: Attributes): Attributes =>
      Object.freeze(isOurs ? { ...other, ...own } : { ...own, ...other });
    this.#attributes = merge(this.#attributes, newer.#attributes);
    this.#segments = merge(this.#segments, newer.#segments);
    this.#bucketing = pairsOf(merge(recordOf(this.#bucketing), recordOf(newer.#bucketing)));
    this.#exposed = pairsOf(merge(recordOf(this.#exposed), recordOf(newer.#exposed)));
    this.#goals = new Set([...(this.#goals ?? []), ...(newer.#goals ?? [])]);
    this.#transactions = isOurs
      ? latestOf(newer.#transactions, this.#transactions)
      : latestOf(this.#transactions, newer.#transactions);
  }

  #load(stored: StoredVisitor): void {
    this.#attributes = Object.freeze({ ...objectOf(stored.attributes) });
    this.#segments = Object.freeze({ ...objectOf(stored.segments) });
    this.#bucketing = pairsOf(stored.bucketing);
    // A record written elsewhere knows no exposures: what it has bucketed was reported there.
    this.#exposed = pairsOf(stored.exposed ?? stored.bucketing);
    this.#goals = new Set(Object.keys(objectOf(stored.goals)));
    this.#transactions = latestOf(NONE, textsOf(stored.transactions));
    // Whoever reached a goal before was counted then.
    if (this.#goals.size > 0) this.#credited = new Set(Object.keys(this.bucketing));
  }

  #noted(field: 'attributes' | 'segments', patch: Attributes): void {
    if (this.#changes !== null) this.#changes[field] = { ...this.#changes[field], ...patch };
  }
}

/** Writes since the last save. */
export class Changes {
  attributes: Attributes = NO_ATTRIBUTES;
  segments: Attributes = NO_ATTRIBUTES;
  readonly bucketing = new Map<string, string>();
  readonly goals = new Set<string>();
  readonly exposed = new Map<string, string>();
  readonly transactions: string[] = [];

  get isEmpty(): boolean {
    const written = this.bucketing.size + this.goals.size + this.exposed.size + this.transactions.length;
    return written === 0 && this.attributes === NO_ATTRIBUTES && this.segments === NO_ATTRIBUTES;
  }

  /** The stored record with these writes laid over it. */
  appliedTo(stored: StoredVisitor | null | undefined): StoredVisitor {
    const before = objectOf(stored);
    return {
      ...before,
      attributes: { ...objectOf(before.attributes), ...this.attributes },
      segments: { ...objectOf(before.segments), ...this.segments },
      bucketing: { ...objectOf(before.bucketing), ...Object.fromEntries(this.bucketing) } as Record<string, string>,
      goals: { ...objectOf(before.goals), ...Object.fromEntries([...this.goals].map((id) => [id, true])) } as Record<
        string,
        boolean
      >,
      exposed: { ...objectOf(before.exposed ?? before.bucketing), ...Object.fromEntries(this.exposed) } as Record<
        string,
        string
      >,
      ...(this.transactions.length > 0 && { transactions: latestOf(textsOf(before.transactions), this.transactions) }),
    };
  }
}

function latestOf(known: readonly string[], newer: readonly string[]): readonly string[] {
  if (newer.length === 0) return known;
  return [...new Set([...known, ...newer])].slice(-MAX_TRANSACTIONS);
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : NONE;
}

function recordOf(pairs: IdPairs | null): Record<string, string> {
  return Object.fromEntries(pairs?.entries() ?? []);
}

function pairsOf(value: unknown): IdPairs {
  const pairs = new IdPairs();
  for (const [first, second] of Object.entries(objectOf(value))) if (isId(second)) pairs.set(first, String(second));
  return pairs;
}

function isId(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number';
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
