/** What one visitor was shown and reached in this browser, kept in localStorage so that it is counted once. */
export interface Seen {
  /** Notes `what[id] = value` and tells whether that is news. */
  note(visitorId: string, what: keyof Notes, id: string, value: string): boolean;
  /** Experience id to variation id. */
  shownTo(visitorId: string): Strings;
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
// A conversion carries all that was shown, and a relay body may have 64 kB: a longer text was not written here.
const MAX_STORED_CHARS = 32_768;

export function createSeen(): Seen {
  let memory: Memory | null = null;
  let isStorable = true;

  // Storage first: another tab may have counted since. Memory covers for storage that is blocked, full or emptied.
  function recall(visitorId: string): Memory {
    const known = (isStorable ? readStorage(visitorId) : null) ?? memory;
    return known?.visitorId === visitorId ? known : { visitorId, shown: {}, reached: {} };
  }

  return {
    note(visitorId, what, id, value) {
      const known = recall(visitorId);
      if (known[what][id] === value) return false;
      memory = { ...known, [what]: { ...known[what], [id]: value } };
      try {
        localStorage.setItem(STORAGE_KEY, JSON.stringify(memory));
      } catch {
        // What cannot be written keeps an old state, so from now on it is not read either.
        isStorable = false;
      }
      return true;
    },
    shownTo: (visitorId) => recall(visitorId).shown,
  };
}

/** `null` for another visitor's memory and for anything that was not written here: anyone can write to localStorage. */
function readStorage(visitorId: string): Memory | null {
  try {
    const text = localStorage.getItem(STORAGE_KEY) ?? '';
    const stored = text.length > MAX_STORED_CHARS ? null : JSON.parse(text);
    if (stored.visitorId !== visitorId) return null;
    return { visitorId, shown: idsIn(stored.shown), reached: { ...stored.reached } };
  } catch {
    return null;
  }
}

function idsIn(shown: object): Strings {
  return Object.fromEntries(Object.entries(shown).filter((pair) => pair.every(isId)));
}

// One entry that is none would have the relay refuse every conversion that carries it.
const isId = (value: unknown): boolean => typeof value === 'string' && /^.{1,64}$/.test(value);
