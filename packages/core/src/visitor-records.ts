import { ConvertError } from './errors.ts';
import type { Clock, DataStore } from './ports.ts';
import { withTimeLimit } from './time-limit.ts';
import { type Changes, VisitorRecord } from './visitor-record.ts';

/** Where contexts get visitor records from and leave their writes. */
export interface VisitorRecords {
  /** Throws `ConvertError` `async_store` when the store answers with a promise. */
  get(visitorId: string): VisitorRecord;
  load(visitorId: string): Promise<VisitorRecord>;
  /** The record that stands for the visitor by now: two contexts may have started before either wrote. */
  latest(record: VisitorRecord): VisitorRecord;
  save(record: VisitorRecord): void;
}

/** What a record weighs beside its entries. */
const RECORD_WEIGHT = 8;

/**
 * Records in this process's memory, the least recently written forgotten first. Bounded by what the records hold, so
 * that a project with a thousand experiences takes no more memory than one with ten.
 */
export function recordsInMemory(maxWeight = 50_000): VisitorRecords {
  // Two generations instead of deleting one by one: a Map with many deleted entries gets slow to look through.
  let recent = new Map<string, VisitorRecord>();
  let older = new Map<string, VisitorRecord>();
  let weight = 0;
  const known = (visitorId: string): VisitorRecord | undefined => recent.get(visitorId) ?? older.get(visitorId);
  const get = (visitorId: string): VisitorRecord => known(visitorId) ?? new VisitorRecord(visitorId);
  return {
    get,
    load: async (visitorId) => get(visitorId),
    latest: (record) => (record.keptSize > 0 ? record : (known(record.visitorId) ?? record)),
    save(record) {
      const size = RECORD_WEIGHT + record.size;
      weight += recent.has(record.visitorId) ? size - record.keptSize : size;
      record.keptSize = size;
      recent.set(record.visitorId, record);
      if (weight < maxWeight) return;
      older = recent;
      recent = new Map();
      weight = 0;
    },
  };
}

/** Tells of a store that failed; the visitor is then decided without it. */
export type StoreFailed = (operation: 'get' | 'set', cause: unknown) => void;

export interface StoreOptions {
  readonly store: DataStore;
  /** `null` while there is no config and therefore no key. */
  readonly keyOf: (visitorId: string) => string | null;
  /** How long a decision waits for the store, in ms. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly failed: StoreFailed;
}

/** How long contexts that start after one another share one record, in ms: about as long as a request may take. */
const SHARED_MS = 5_000;
const MAX_SHARED = 1_000;

/** A record that contexts of this process use at the moment. */
interface SharedRecord {
  readonly record: VisitorRecord;
  usedAt: number;
  /** Whether the store has had it: if the store has nothing by now, the visitor was erased. */
  isStored: boolean;
}

/**
 * Records in the application's own store. Only writes go there, laid over what the store has by then. Requests of one
 * visitor that run at the same time share one record, so that none counts what another has counted.
 */
export function recordsInStore({ store, keyOf, timeoutMs, clock, failed }: StoreOptions): VisitorRecords {
  const writing = new Map<string, Changes[]>();
  const shared = new Map<string, SharedRecord>();

  function get(visitorId: string): VisitorRecord {
    const key = keyOf(visitorId);
    let stored: unknown;
    try {
      stored = key === null ? null : store.get(key);
    } catch (cause) {
      failed('get', cause);
    }
    if (isPromise(stored)) {
      stored.then(undefined, () => {});
      throw new ConvertError(
        'async_store',
        'createContext() needs a DataStore that answers at once; with this one use `await core.loadContext(visitorId)`.',
      );
    }
    return recordOf(key, visitorId, stored);
  }

  async function load(visitorId: string): Promise<VisitorRecord> {
    const key = keyOf(visitorId);
    if (key === null) return recordOf(key, visitorId, null);
    try {
      return recordOf(key, visitorId, await withTimeLimit(async () => store.get(key), timeoutMs, clock));
    } catch (cause) {
      failed('get', cause);
      return shared.get(key)?.record ?? recordOf(key, visitorId, null);
    }
  }

  function recordOf(key: string | null, visitorId: string, found: unknown): VisitorRecord {
    const stored = isRecord(found) ? found : null;
    const now = clock.now();
    const known = key === null ? undefined : shared.get(key);
    const isErased = known?.isStored && stored === null;
    if (known !== undefined && key !== null && now - known.usedAt < SHARED_MS && !isErased) {
      known.usedAt = now;
      if (stored !== null) known.record.refresh(stored, writing.has(key));
      return known.record;
    }
    const record = new VisitorRecord(visitorId, stored).noteChanges();
    if (shared.size >= MAX_SHARED) shared.clear();
    if (key !== null) shared.set(key, { record, usedAt: now, isStored: stored !== null });
    return record;
  }

  function wasStored(key: string): void {
    const known = shared.get(key);
    if (known !== undefined) known.isStored = true;
  }

  function save(record: VisitorRecord): void {
    const key = keyOf(record.visitorId);
    const changes = key === null ? null : record.takeChanges();
    if (key === null || changes === null) return;
    const waiting = writing.get(key);
    if (waiting !== undefined) {
      waiting.push(changes);
      return;
    }
    try {
      const written = write(key, [changes], store.get(key));
      if (isPromise(written)) void writeRest(key, written);
      else wasStored(key);
    } catch (cause) {
      failed('set', cause);
    }
  }

  function write(key: string, changes: readonly Changes[], stored: unknown): unknown {
    if (isPromise(stored)) return stored.then((found) => write(key, changes, found));
    const record = isRecord(stored) ? stored : {};
    return store.set(
      key,
      changes.reduce((laid, change) => change.appliedTo(laid), record),
    );
  }

  // One write at a time for each visitor: two at once would each lay their changes over the same old record.
  async function writeRest(key: string, written: Promise<unknown>): Promise<void> {
    const waiting: Changes[] = [];
    writing.set(key, waiting);
    let current: unknown = written;
    do {
      try {
        await withTimeLimit(async () => current, timeoutMs, clock);
        wasStored(key);
        const changes = waiting.splice(0);
        current = changes.length > 0 ? write(key, changes, store.get(key)) : null;
      } catch (cause) {
        failed('set', cause);
        current = waiting.length > 0 ? Promise.resolve() : null;
      }
    } while (current !== null);
    writing.delete(key);
  }

  return { get, load, save, latest: (record) => record };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
