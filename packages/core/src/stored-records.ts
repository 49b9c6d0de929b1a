import { isObject } from './config/wire-config.ts';
import { ConvertError } from './errors.ts';
import { isPromise } from './promise.ts';
import { ERASURE, type StoreOptions, storeWrites } from './store-writes.ts';
import { withTimeLimit } from './time-limit.ts';
import { VisitorRecord } from './visitor-record.ts';
import type { VisitorRecords } from './visitor-records.ts';

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
export function recordsInStore(options: StoreOptions): VisitorRecords {
  const { store, keyOf, loadConfig, timeoutMs, clock, failed } = options;
  const shared = new Map<string, SharedRecord>();
  const writes = storeWrites(options, (key) => {
    const known = shared.get(key);
    if (known !== undefined) known.isStored = true;
  });

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
    const stored = isObject(found) ? found : null;
    const now = clock.now();
    const known = key === null ? undefined : shared.get(key);
    const isErased = known?.isStored && (stored === null || Object.keys(stored).length === 0);
    if (known !== undefined && key !== null && now - known.usedAt < SHARED_MS && !isErased) {
      known.usedAt = now;
      if (stored !== null) known.record.refresh(stored, writes.has(key));
      return known.record;
    }
    const record = new VisitorRecord(visitorId, stored).noteChanges();
    if (shared.size >= MAX_SHARED) shared.clear();
    if (key !== null) shared.set(key, { record, usedAt: now, isStored: stored !== null });
    return record;
  }

  function save(record: VisitorRecord): void {
    const key = keyOf(record.visitorId);
    const changes = key === null || record.isForgotten ? null : record.takeChanges();
    if (key !== null && changes !== null) void writes.write(key, changes);
  }

  async function forget(visitorId: string): Promise<void> {
    if (keyOf(visitorId) === null) await loadConfig();
    const key = keyOf(visitorId);
    if (key === null) return failed('set', new Error('no config'));
    const known = shared.get(key);
    if (known !== undefined) known.record.isForgotten = true;
    shared.delete(key);
    await writes.write(key, ERASURE);
  }

  return { get, load, save, forget, latest: (record) => record, clearings: 0 };
}
