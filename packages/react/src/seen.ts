import { isId, readStorage, writeStorage } from './storage.ts';

/** What one visitor was shown and reached in this browser, so that it is counted once. */
export interface Seen {
  /** Notes `what[id] = value` and tells whether that is news. */
  note(visitorId: string, what: keyof Notes, id: string, value: string): boolean;
  /** Experience id to variation id. */
  shownTo(visitorId: string): Strings;
  /** Forgets what is in memory. From now on notes are kept in localStorage, or nothing is and what was there is erased. */
  restart(isStored: boolean): void;
}

type Strings = Readonly<Record<string, string>>;

interface Notes {
  /** Experience id to variation id. */
  readonly shown: Strings;
  /** By goal key; the value says nothing. */
  readonly reached: Strings;
}

interface Memory extends Notes {
  readonly visitorId: string;
}

const STORAGE_KEY = 'cv_seen';
// One more, or one entry that is no id, would have the relay refuse every conversion that carries them.
const MAX_SHOWN = 200;

export function createSeen(): Seen {
  let memory: Memory | null = null;
  let isStored = false;

  // Storage first: another tab may have counted since. Memory covers for storage that is blocked, full or emptied.
  function recall(visitorId: string): Memory {
    // Anyone can write to localStorage: nothing of it is certain.
    const stored = isStored ? (readStorage(STORAGE_KEY) as Partial<Memory> | null) : null;
    const { shown, reached } = [stored, memory].find((known) => known?.visitorId === visitorId) ?? {};
    const ids = Object.entries<string>(Object(shown))
      .filter((pair) => pair.every(isId))
      .slice(-MAX_SHOWN);
    return { visitorId, shown: Object.fromEntries(ids), reached: { ...reached } };
  }

  return {
    note(visitorId, what, id, value) {
      const known = recall(visitorId);
      if (known[what][id] === value) return false;
      memory = { ...known, [what]: { ...known[what], [id]: value } };
      // What cannot be written keeps an old state, so from then on it is not read either.
      isStored &&= writeStorage(STORAGE_KEY, memory);
      return true;
    },
    shownTo: (visitorId) => recall(visitorId).shown,
    restart(to) {
      memory = null;
      isStored = to;
      if (!to) writeStorage(STORAGE_KEY, false);
    },
  };
}
