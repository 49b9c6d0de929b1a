import { isObject } from './config/wire-config.ts';
import type { Clock, DataStore } from './ports.ts';
import { isPromise } from './promise.ts';
import { withTimeLimit } from './time-limit.ts';
import type { Changes, StoredVisitor } from './visitor-record.ts';

/** Tells of a store that failed; Core then goes on without it. */
export type StoreFailed = (operation: 'get' | 'set' | 'add', cause: unknown) => void;

export interface StoreOptions {
  readonly store: DataStore;
  /** `null` while there is no config and therefore no key. */
  readonly keyOf: (visitorId: string) => string | null;
  /** Asks for the config unless that was done; resolves whatever came of it. */
  readonly loadConfig: () => Promise<unknown>;
  /** How long Core waits for the store, in ms. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly failed: StoreFailed;
}

/** A write, laid over what the store has by then. */
export type Write = Pick<Changes, 'appliedTo'>;

/** Leaves nothing of what the store has. */
export const ERASURE: Write = { appliedTo: () => ({}) };

export interface StoreWrites {
  /** Writes at once where the store allows it. What it returns resolves when the write is through or has failed. */
  write(key: string, change: Write): Promise<void> | null;
  /** Whether a write of this key is under way. */
  has(key: string): boolean;
}

/** A visitor's writes to a store that answers later. */
interface Writing {
  /** Until the one under way is through. */
  readonly waiting: Write[];
  readonly done: Promise<void>;
}

/** `written`: the store has a record now. */
export function storeWrites(
  { store, timeoutMs, clock, failed }: StoreOptions,
  written: (key: string) => void,
): StoreWrites {
  const underWay = new Map<string, Writing>();

  function write(key: string, change: Write): Promise<void> | null {
    const writing = underWay.get(key);
    if (writing !== undefined) {
      writing.waiting.push(change);
      return writing.done;
    }
    try {
      const answer = put(key, [change]);
      if (isPromise(answer)) return finish(key, change, answer);
      if (change !== ERASURE) written(key);
    } catch (cause) {
      failed('set', cause);
    }
    return null;
  }

  function finish(key: string, change: Write, answer: unknown): Promise<void> {
    const waiting: Write[] = [];
    const done = oneByOne(key, change, answer, waiting);
    underWay.set(key, { waiting, done });
    return done;
  }

  // One write at a time for each visitor: two at once would each lay their changes over the same old record.
  async function oneByOne(key: string, first: Write, firstAnswer: unknown, waiting: Write[]): Promise<void> {
    let changes: readonly Write[] = [first];
    let answer = async (): Promise<unknown> => firstAnswer;
    while (changes.length > 0) {
      try {
        await withTimeLimit(answer, timeoutMs, clock);
        if (changes.at(-1) !== ERASURE) written(key);
      } catch (cause) {
        failed('set', cause);
      }
      const next = waiting.splice(0);
      answer = async () => put(key, next);
      changes = next;
    }
    underWay.delete(key);
  }

  /** Throws or rejects as the store does. */
  function put(key: string, changes: readonly Write[]): unknown {
    const lay = (stored: unknown): unknown => {
      const record: StoredVisitor = isObject(stored) ? stored : {};
      return store.set(
        key,
        changes.reduce((laid, change) => change.appliedTo(laid), record),
      );
    };
    // What is erased need not be read.
    const stored = changes.includes(ERASURE) ? null : store.get(key);
    return isPromise(stored) ? stored.then(lay) : lay(stored);
  }

  return { write, has: (key) => underWay.has(key) };
}
