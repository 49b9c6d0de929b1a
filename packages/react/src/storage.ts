// Nothing that is written here gets longer, so it was not written here.
const MAX_CHARS = 65_536;

/** The JSON value kept in localStorage; `null` when there is none that can be read. */
export function readStorage(key: string): unknown {
  try {
    const text = localStorage.getItem(key) ?? '';
    return text.length > MAX_CHARS ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

/** Nothing to keep removes the key. Tells whether it worked: storage may be blocked or full. */
export function writeStorage(key: string, value: object | false): boolean {
  try {
    if (value) localStorage.setItem(key, JSON.stringify(value));
    else localStorage.removeItem(key);
    return true;
  } catch {
    return false;
  }
}

/** Anyone can write to localStorage: an id is an id only if it looks like one. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && /^.{1,64}$/.test(value);
}
