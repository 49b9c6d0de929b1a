import type { Attributes, Core, Payload } from '@convert-fullstack/core';
import { browserPayload } from './browser-payload.ts';
import type { RequestVisitor } from './recognize-visitor.ts';
import { requestAttributes } from './request-attributes.ts';
import { type RequestToRead, requestSource } from './request-source.ts';
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
}

/**
 * Decides for the visitor of a request and leaves nothing behind: no stored decision, no exposure. Nobody to decide for:
 * the original of everything.
 *
 * @example
 * const payload = await decideRequest(core, { visitor, url: publicUrl(request), headers: request.headers });
 */
export async function decideRequest(core: Core, request: RequestToDecide): Promise<Payload> {
  const { visitor, url, headers, only, cookie } = request;
  if (visitor.visitorId === null) return originalPayload(visitor);
  const facts = requestAttributes({ url, headers, isNew: visitor.isNew });
  const attributes = { ...facts.attributes, ...request.attributes?.(requestSource(request)) };
  const context = await core.loadContext(visitor.visitorId);
  const payload = context.toPayload({
    attributes,
    locationAttributes: facts.locationAttributes,
    ...(only && { only }),
  });
  return browserPayload(payload, visitor, cookie);
}

/** What a visitor gets for whom nothing can be decided: the original of everything. */
export async function originalPayload(
  visitor: Pick<RequestVisitor, 'visitorId' | 'consent'>,
  cookie?: CookieOptions,
): Promise<Payload> {
  return browserPayload({ version: 1, visitorId: visitor.visitorId, experiences: [], goals: [] }, visitor, cookie);
}
