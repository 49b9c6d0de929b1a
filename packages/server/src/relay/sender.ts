import { type RequestVisitor, recognizeVisitor } from '../recognize-visitor.ts';
import { requestSource } from '../request-source.ts';
import { isOnPublicHost } from '../same-origin.ts';
import type { RequestSource } from '../visitor-options.ts';
import type { OpenRelay } from './action.ts';
import { refuse, refuseForNow } from './answer.ts';

export interface Sender extends RequestVisitor {
  readonly source: RequestSource;
}

/** Who sends a request, and what they allow. */
export function senderOf(request: Request, { core, options }: OpenRelay): Sender {
  const source = sourceOf(request);
  const privacy = core?.currentConfig?.privacy;
  return { source, ...recognizeVisitor({ ...source, method: request.method, privacy }, options) };
}

/** A request as the application's functions see it: its page is the one whose script sends it, where that is known. */
export function sourceOf(request: Request): RequestSource {
  const address = request.headers.get('referer');
  const isKnown = address !== null && isOnPublicHost(address, request);
  return requestSource({ url: isKnown ? new URL(address) : null, headers: request.headers });
}

/** Why nothing of this sender may be kept, or `null`. */
export function refuseSender({ isBot, isProvisional, consent }: RequestVisitor): Response | null {
  if (isBot) return refuse(403, 'automated');
  // The project's settings decide what the visitor's privacy signal means, and a 403 is final.
  if (isProvisional) return refuseForNow('config_unavailable');
  return consent === 'granted' ? null : refuse(403, 'consent_missing');
}
