/** The values of all cookies of this name: those of paths and domains above come along. None where a page may have none. */
export function cookiesOf(name: string): string[] {
  try {
    const own = document.cookie.split('; ').filter((pair) => pair.startsWith(`${name}=`));
    return own.map((pair) => pair.slice(name.length + 1));
  } catch {
    // A sandboxed page.
    return [];
  }
}

/** `life`: in seconds, or until the browser is closed. */
export function writeCookie(name: string, value: string, life: number | 'session'): void {
  const maxAge = life === 'session' ? '' : `; Max-Age=${life}`;
  const secure = location.protocol === 'https:' ? '; Secure' : '';
  try {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API answers later, and what is counted must not
    document.cookie = `${name}=${value}; Path=/${maxAge}; SameSite=Lax${secure}`;
  } catch {
    // A sandboxed page keeps nothing.
  }
}
