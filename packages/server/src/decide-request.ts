import type { Attributes, Core, Payload } from '@convert-fullstack/core';
import { parseCookie } from 'cookie';
import { requestAttributes } from './request-attributes.ts';
import type { CookieOptions, RequestVisitor } from './visitor-id.ts';

/** What an application's own attributes can be read from. */
export interface AttributeSource {
  /** The page's public URL; `null` when only the request's headers are known. */
  readonly url: URL | null;
  readonly headers: Headers;
  /** Decoded, first of each name. */
  readonly cookies: ReadonlyMap<string, string>;
}

/** The application's own attributes of a request, laid over those that every request has. */
export type ReadAttributes = (request: AttributeSource) => Attributes;

export interface RequestToDecide extends CookieOptions {
  readonly visitor: RequestVisitor;
  /** The page's public URL; `null` when unknown: experiences bound to a location are then missed. */
  readonly url: URL | null;
  readonly headers: Headers;
  readonly attributes?: ReadAttributes | undefined;
  /** Keys of the experiences and features to decide; everything when absent. */
  readonly only?: readonly string[] | undefined;
}

/**
 * Decides for the visitor of a request and leaves nothing behind: no stored decision, no exposure.
 *
 * @example
 * const payload = await decideRequest(core, { visitor, url: publicUrl(request), headers: request.headers });
 */
export async function decideRequest(core: Core, request: RequestToDecide): Promise<Payload> {
  const { visitor, url, headers, only, cookieName } = request;
  const facts = requestAttributes({ url, headers, isNew: visitor.isNew, cookieName });
  const attributes = { ...facts.attributes, ...request.attributes?.({ url, headers, cookies: cookiesOf(headers) }) };
  const context = await core.loadContext(visitor.visitorId);
  return context.toPayload({ attributes, locationAttributes: facts.locationAttributes, ...(only && { only }) });
}

/** What a visitor gets for whom nothing can be decided: the original of everything. */
export function originalPayload(visitorId: string | null): Payload {
  return { version: 1, visitorId, experiences: [], goals: [] };
}

function cookiesOf(headers: Headers): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  for (const [name, value] of Object.entries(parseCookie(headers.get('cookie') ?? ''))) {
    if (value !== undefined) cookies.set(name, value);
  }
  return cookies;
}
