import { parseCookie } from 'cookie';

/** The cookies of a `Cookie` header, decoded, the first of each name. Browsers send dozens: only what is asked for is read. */
export class RequestCookies implements ReadonlyMap<string, string> {
  readonly #header: string;
  /** Found last: the visitor's is asked for more than once. */
  #found: { readonly name: string; readonly value: string } | null = null;

  constructor(header: string) {
    this.#header = header;
  }

  get(name: string): string | undefined {
    if (this.#found?.name === name) return this.#found.value;
    const header = this.#header;
    let at = header.indexOf(name);
    while (at !== -1) {
      const end = header.indexOf(';', at);
      const pair = header.slice(header.lastIndexOf(';', at) + 1, end === -1 ? undefined : end);
      const value = parseCookie(pair)[name];
      if (value !== undefined) {
        this.#found = { name, value };
        return value;
      }
      at = end === -1 ? -1 : header.indexOf(name, end + 1);
    }
    return undefined;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  get size(): number {
    return this.#all().size;
  }

  keys(): MapIterator<string> {
    return this.#all().keys();
  }

  values(): MapIterator<string> {
    return this.#all().values();
  }

  entries(): MapIterator<[string, string]> {
    return this.#all().entries();
  }

  [Symbol.iterator](): MapIterator<[string, string]> {
    return this.entries();
  }

  forEach(callback: (value: string, name: string, cookies: ReadonlyMap<string, string>) => void, self?: unknown): void {
    for (const [name, value] of this) callback.call(self, value, name, this);
  }

  #all(): Map<string, string> {
    const parsed = Object.entries(parseCookie(this.#header));
    return new Map(parsed.filter((cookie): cookie is [string, string] => cookie[1] !== undefined));
  }
}
