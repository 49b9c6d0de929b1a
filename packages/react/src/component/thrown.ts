import { THROWN_COOKIE } from '@convert-fullstack/core/bridge';

/** More at once is no accident of a variation any more. */
const MAX_KEPT = 20;
const PAIR = /^\d{1,31}\.\d{1,31}$/;
const KEPT = new RegExp(`(?:^|; )${THROWN_COOKIE}=([\\d._]*)`);

/** Whether the browser remembers that a variation threw. `pair`: ids of experience and variation, as in `12.34`. */
export function hasThrown(pair: string): boolean {
  return keptPairs().includes(pair);
}

/** Has browser and server show the original until the browser is closed. Tells whether that is news and has worked. */
export function keepThrown(pair: string): boolean {
  if (!PAIR.test(pair) || hasThrown(pair)) return false;
  const value = [pair, ...keptPairs()].slice(0, MAX_KEPT).join('_');
  const secure = location.protocol === 'https:' ? '; secure' : '';
  try {
    // biome-ignore lint/suspicious/noDocumentCookie: the other way is asynchronous, and the page may be left at once
    document.cookie = `${THROWN_COOKIE}=${value}; path=/; samesite=lax${secure}`;
  } catch {
    // A sandboxed page has no cookies.
  }
  return hasThrown(pair);
}

function keptPairs(): string[] {
  try {
    return KEPT.exec(document.cookie)?.[1]?.split('_') ?? [];
  } catch {
    return [];
  }
}
