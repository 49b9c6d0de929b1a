import type { Core } from '@convert-fullstack/core';
import { type RequestToRead, requestSource } from './request-source.ts';
import { cookieVisitorId } from './visitor-cookies.ts';
import { isVisitorId } from './visitor-id.ts';
import type { RequestSource, VisitorOptions } from './visitor-options.ts';

/**
 * Erases what is kept and queued of the visitor who sends a request, because they have denied consent. Call it beside
 * `visitorCookies`: without its cookie, no later request says whose record it is. `false`: the config could not be loaded,
 * and without it no record is found.
 *
 * @example
 * if (visitor.consent === 'denied') await forgetVisitor(core, { url, headers: request.headers }, options);
 */
export async function forgetVisitor(
  core: Core,
  request: RequestToRead,
  options: Pick<VisitorOptions, 'visitorId' | 'cookie'> = {},
): Promise<boolean> {
  const visitorIds = knownVisitorIds(requestSource(request), options);
  // Records are found by the ids of the project.
  if (visitorIds.length > 0 && core.currentConfig === null) await core.initialize();
  for (const visitorId of visitorIds) await core.forget(visitorId);
  return visitorIds.length === 0 || core.currentConfig !== null;
}

/** Under which ids the sender of a request may be known: the application's own, and the cookie's. */
export function knownVisitorIds(
  source: RequestSource,
  { visitorId, cookie }: Pick<VisitorOptions, 'visitorId' | 'cookie'>,
): readonly string[] {
  return [...new Set([visitorId?.(source), cookieVisitorId(source, cookie)].filter(isVisitorId))];
}
