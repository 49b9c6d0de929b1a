import type { Payload } from '@convert-fullstack/core';
import type { RequestVisitor } from './recognize-visitor.ts';
import { visitorRefOf } from './visitor-id.ts';
import type { CookieOptions } from './visitor-options.ts';

/**
 * What the browser may know of a payload: its consent, and not the id that only an HttpOnly cookie should hold. At once,
 * unless there is such an id.
 */
export function browserPayload(
  payload: Payload,
  { consent }: Pick<RequestVisitor, 'consent'>,
  { httpOnly = false }: CookieOptions = {},
): Payload | Promise<Payload> {
  const told = consent === 'granted' ? payload : { ...payload, consent };
  if (!httpOnly || payload.visitorId === null) return told;
  // While consent is pending there is no cookie yet: the id lives in the page until the browser asks to keep it.
  const visitorId = consent === 'pending' ? payload.visitorId : null;
  return visitorRefOf(payload.visitorId).then((visitorRef) => ({ ...told, visitorId, visitorRef }));
}
