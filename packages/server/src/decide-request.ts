import type { Attributes, Core, Payload, PayloadOptions } from '@convert-fullstack/core';
import { previewAlone, THROWN_COOKIE, withoutPreview, withoutThrown } from '@convert-fullstack/core/bridge';
import { browserPayload } from './browser-payload.ts';
import { previewsOf } from './preview.ts';
import type { RequestVisitor } from './recognize-visitor.ts';
import { pageAttributes, visitorAttributes } from './request-attributes.ts';
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
 * Answers at once where nothing has to be waited for: no DataStore, no preview, no id that only an HttpOnly cookie holds.
 *
 * @example
 * const payload = await decideRequest(core, { visitor, url: publicUrl(request), headers: request.headers });
 */
export function decideRequest(core: Core, request: RequestToDecide): Payload | Promise<Payload> {
  const source = requestSource(request);
  const previews = previewsOf(source);
  const { visitorId } = request.visitor;
  if (visitorId === null && previews.length === 0) return originalPayload(request.visitor);
  const name = visitorId ?? 'preview';
  const options = new RequestOptions(request, source);
  if (previews.length === 0 && !core.hasDataStore) {
    return handedOut(core.createContext(name).toPayload(options), request, source);
  }
  return core.loadContext(name).then(async (context) => {
    if (previews.length > 0) await context.setPreview(...previews);
    return handedOut(context.toPayload(options), request, source);
  });
}

/** What a visitor gets for whom nothing can be decided: the original of everything. */
export function originalPayload(
  visitor: Pick<RequestVisitor, 'visitorId' | 'consent'>,
  cookie?: CookieOptions,
): Payload | Promise<Payload> {
  return browserPayload({ version: 1, visitorId: visitor.visitorId, experiences: [], goals: [] }, visitor, cookie);
}

/** Finds out about the request what rules look at: many experiences are for everybody, or for every page. */
class RequestOptions implements PayloadOptions {
  readonly only: readonly string[] | undefined;
  readonly #request: RequestToDecide;
  readonly #source: RequestSource;
  #attributes: Attributes | undefined;
  #locationAttributes: Attributes | undefined;

  constructor(request: RequestToDecide, source: RequestSource) {
    this.only = request.only;
    this.#request = request;
    this.#source = source;
  }

  get attributes(): Attributes {
    this.#attributes ??= this.#findAttributes();
    return this.#attributes;
  }

  get locationAttributes(): Attributes {
    this.#locationAttributes ??= pageAttributes(this.#page);
    return this.#locationAttributes;
  }

  get #page(): Pick<RequestSource, 'url' | 'headers'> {
    const { url, headers } = this.#source;
    return { url: url && withoutPreview(url), headers };
  }

  #findAttributes(): Attributes {
    const { visitor, attributes, parseUserAgent } = this.#request;
    const ofRequest = visitorAttributes({ ...this.#page, isNew: visitor.isNew, parseUserAgent });
    return attributes ? { ...ofRequest, ...attributes(this.#source) } : ofRequest;
  }
}

function handedOut(
  decided: Payload,
  { visitor, cookie }: RequestToDecide,
  { cookies }: RequestSource,
): Payload | Promise<Payload> {
  if (visitor.visitorId !== null) {
    return browserPayload(withoutThrown(decided, cookies.get(THROWN_COOKIE)), visitor, cookie);
  }
  if (!decided.preview) return originalPayload(visitor);
  return browserPayload(previewAlone(decided), visitor, cookie);
}
