/** The cookies of one scripted browser; it visits one site only. */
export interface CookieJar {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
  /** As the browser would send them. */
  header(): string;
  /** Keeps and erases what an answer says. */
  take(response: Response): void;
}

export function cookieJar(): CookieJar {
  const cookies = new Map<string, string>();
  return {
    get: (name) => cookies.get(name),
    set: (name, value) => void cookies.set(name, value),
    header: () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    take({ headers }) {
      for (const cookie of headers.getSetCookie()) {
        const [pair = '', ...attributes] = cookie.split(';').map((part) => part.trim());
        const [name = '', value = ''] = pair.split(/=(.*)/s);
        if (attributes.some(isOver)) cookies.delete(name);
        else cookies.set(name, value);
      }
    },
  };
}

function isOver(attribute: string): boolean {
  const [name = '', value = ''] = attribute.split('=');
  if (/^max-age$/i.test(name)) return Number(value) <= 0;
  return /^expires$/i.test(name) && Date.parse(value) < Date.now();
}
