import type { Attributes, Core, Payload } from '@convert-fullstack/core';
import { previewAlone, THROWN_COOKIE, withoutPreview, withoutThrown } from '@convert-fullstack/core/bridge';
import { browserPayload } from './browser-payload.ts';
import { previewsOf } from './preview.ts';
import type { RequestVisitor } from './recognize-visitor.ts';
import { requestAttributes } from './request-attributes.ts';
import { type RequestToRead, requestSource } from './request-source.ts';
import type { ParseUserAgent } from './user-agent.ts';
import type { CookieOptions, RequestSource } from './visitor-options.ts';

/** The application's own attributes of a request, laid over those that every request has. */
export type ReadAttributes = (request: RequestSource) => Attributes;

/** With `url: null`, experiences bound to a location are missed. */
export interface RequestToDecide extends RequestToRead {
  readonly visitor: Pick<RequestVisitor, 'visitorId' | 'consent' | 'isNew'>;
  readonly attributes?: ReadAttributes | undefined;
  /** Where the visitor id is kept: the browser is not told an `httpOnly` one. */
  readonly cookie?: CookieOptions | undefined;
  /** Keys of the experiences and features to decide; everything when absent. */
  readonly only?: readonly string[] | undefined;
  /** A server that makes one with `createUserAgentParser` and keeps it parses each user agent once. */
  readonly parseUserAgent?: ParseUserAgent | undefined;
}

/**
 * Decides for the visitor of a request and leaves nothing behind: no stored decision, no exposure. Nobody to decide for:
 * the original of everything. What the request previews is shown to anybody, and the original of what threw in this browser.
 *
 * @example
 * const payload = await decideRequest(core, { visitor, url: publicUrl(request), headers: request.headers });
 */
export async function decideRequest(core: Core, request: RequestToDecide): Promise<Payload> {
  const { visitor, headers, only, cookie, parseUserAgent } = request;
  const source = requestSource(request);
  const previews = previewsOf(source);
  const { visitorId } = visitor;
  if (visitorId === null && previews.length === 0) return originalPayload(visitor);
  const url = source.url && withoutPreview(source.url);
  const facts = requestAttributes({ url, headers, isNew: visitor.isNew, parseUserAgent });
  const attributes = request.attributes ? { ...facts.attributes, ...request.attributes(source) } : facts.attributes;
  const context = await core.loadContext(visitorId ?? 'preview');
  if (previews.length > 0) await context.setPreview(...previews);
  const { locationAttributes } = facts;
  const decided = context.toPayload(
    only ? { attributes, locationAttributes, only } : { attributes, locationAttributes },
  );
  if (visitorId !== null) {
    return browserPayload(withoutThrown(decided, source.cookies.get(THROWN_COOKIE)), visitor, cookie);
  }
  if (!decided.preview) return originalPayload(visitor);
  return browserPayload(previewAlone(decided), visitor, cookie);
}

/** What a visitor gets for whom nothing can be decided: the original of everything. */
export async function originalPayload(
  visitor: Pick<RequestVisitor, 'visitorId' | 'consent'>,
  cookie?: CookieOptions,
): Promise<Payload> {
  return browserPayload({ version: 1, visitorId: visitor.visitorId, experiences: [], goals: [] }, visitor, cookie);
}
