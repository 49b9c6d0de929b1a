import { RECEIPT_COOKIE } from '@convert-fullstack/core/bridge';
import { cookiesOf, writeCookie } from './page-cookies.ts';

const COOKIE = 'cv_vid';
/** In seconds. */
const ONE_YEAR = 31_536_000;
// What a server of ours keeps: an id means the same visitor on both sides.
const VISITOR_ID = /^[A-Za-z0-9._~:@+=|-]{1,128}$/;

export function isVisitorId(value: unknown): value is string {
  return typeof value === 'string' && VISITOR_ID.test(value);
}

/** A random id, for a visitor who has none. */
export function newVisitorId(): string {
  // Browsers have it on https and localhost only.
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-');
}

/** The first valid id among the page's cookies; `null` also where the page may have none. */
export function readVisitorId(): string | null {
  return cookiesOf(COOKIE).find(isVisitorId) ?? null;
}

/** For a year, as the server would. */
export function writeVisitorId(visitorId: string): void {
  writeCookie(COOKIE, visitorId, ONE_YEAR);
}

/** The visitor, and what a server noted of them. */
export function eraseVisitor(): void {
  for (const name of [COOKIE, RECEIPT_COOKIE]) writeCookie(name, '', 0);
}
