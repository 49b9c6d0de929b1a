import type { Consent, Privacy } from '@convert-fullstack/core';
import { isBot as isKnownBot } from './bots.ts';
import { consentOf } from './consent.ts';
import { type RequestToRead, requestSource } from './request-source.ts';
import type { ParseUserAgent } from './user-agent.ts';
import { cookieVisitorId } from './visitor-cookies.ts';
import { isVisitorId, newVisitorId } from './visitor-id.ts';
import type { RequestSource, VisitorOptions } from './visitor-options.ts';

export interface RequestToRecognize extends RequestToRead {
  readonly method?: string | undefined;
  /** The project's settings, `core.currentConfig?.privacy`; without them, every privacy signal is honoured. */
  readonly privacy?: Privacy | null | undefined;
  /** A server that makes one with `createUserAgentParser` and keeps it looks at each user agent once. */
  readonly parseUserAgent?: ParseUserAgent | undefined;
}

export interface RequestVisitor {
  /** `null` for bots, when consent is denied, and when the request brings no id. */
  readonly visitorId: string | null;
  readonly consent: Consent;
  /** Nobody is looking: the original is shown, and nothing is kept or counted. Not looked into when consent is denied. */
  readonly isBot: boolean;
  /** The request's cookie brought no id. */
  readonly isNew: boolean;
  /** Pending only until the project's privacy settings are known: until then there is nobody to decide for. */
  readonly isProvisional?: boolean;
}

/**
 * Who a request comes from, and what they allow. Makes no id up: where a page is answered, `withVisitorId` does.
 *
 * @example
 * const url = publicUrl(request);
 * const visitor = recognizeVisitor({ url, headers: request.headers, privacy: core.currentConfig?.privacy }, options);
 */
export function recognizeVisitor(request: RequestToRecognize, options: VisitorOptions = {}): RequestVisitor {
  const source = requestSource(request);
  const keptId = cookieVisitorId(source, options.cookie);
  const { consent, isProvisional } = consentOf(source, request.privacy, options);
  const isNew = keptId === null;
  if (request.method === 'HEAD') return { visitorId: null, consent, isBot: true, isNew, isProvisional };
  if (consent === 'denied' || isProvisional) return { visitorId: null, consent, isBot: false, isNew, isProvisional };
  const isBot = isBotRequest(source, request, options);
  return { visitorId: isBot ? null : (ownIdOf(source, options) ?? keptId), consent, isBot, isNew, isProvisional };
}

/** The same visitor, with a new id where they have none and may have one: not bots, nor whose privacy signal forbids it. */
export function withVisitorId(visitor: RequestVisitor): RequestVisitor {
  const isNobody = visitor.isBot || visitor.isProvisional || visitor.consent === 'denied';
  return isNobody || visitor.visitorId !== null ? visitor : { ...visitor, visitorId: newVisitorId() };
}

function isBotRequest(
  source: RequestSource,
  { parseUserAgent }: RequestToRecognize,
  { isBot }: VisitorOptions,
): boolean {
  if (isBot !== undefined) return isBot(source);
  if (parseUserAgent === undefined) return isKnownBot(source);
  return parseUserAgent(source.headers.get('user-agent') ?? '').isBot;
}

function ownIdOf(source: RequestSource, { visitorId }: VisitorOptions): string | null {
  const own = visitorId?.(source);
  return isVisitorId(own) ? own : null;
}
