import type { Context, ConversionOptions, ConversionResult, FeatureResult, Payload } from '@convert-fullstack/core';
import { conversionMissed } from '@convert-fullstack/core/bridge';
import type {
  ExperienceAssignment,
  ExperienceKey,
  FeatureKey,
  FeatureVariables,
  GoalKey,
} from '@convert-fullstack/core/register';
import { decideRequest, originalPayload, publicUrl, visitorIdOf } from '@convert-fullstack/server';
import { headers as nextHeaders } from 'next/headers.js';
import { type Decided, decided } from './decided.ts';
import { deliver } from './deliver.ts';
import { rethrowControlFlow } from './next-protocol.ts';
import type { ConvertOptions } from './options.ts';
import type { SharedCore } from './shared-core.ts';
import { VISIT_HEADER, type Visit } from './visit-header.ts';

export interface ReadOptions {
  /** Path or URL of the page, for requests that the proxy's matcher leaves out; otherwise the proxy's is used. */
  readonly url?: string;
  /** The request's headers where `next/headers` does not reach: `context.req.headers` in `getServerSideProps`. */
  readonly headers?: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface ReadPayloadOptions extends ReadOptions {
  /** Keys of the experiences and features to hand to the browser; everything when absent. */
  readonly only?: readonly (ExperienceKey | FeatureKey)[];
}

export interface TrackOptions extends ConversionOptions, Pick<ReadOptions, 'headers'> {}

/** A feature that is switched on, with the variables the app declared for it. */
export interface TypedFeature<Key extends FeatureKey> extends FeatureResult {
  readonly featureKey: Key;
  readonly variables: FeatureVariables<Key>;
}

/** Reading the current request's decisions, wherever Next.js runs server code. Nothing is counted by reading. */
export interface Visits {
  /**
   * The visitor's decisions for the browser; without a config or a visitor it holds none, and the page shows originals.
   *
   * @example
   * <ConvertProvider payload={convert.payload()}>{children}</ConvertProvider>
   */
  payload(options?: ReadPayloadOptions): Promise<Payload>;
  /**
   * The visitor's variation of an experience, or `null`: show the original. Safe to hand to client components.
   *
   * @example
   * const hero = await convert.experience('home-hero');
   */
  experience<Key extends ExperienceKey>(key: Key, options?: ReadOptions): Promise<ExperienceAssignment<Key> | null>;
  /**
   * A feature that the visitor's variations switch on, or `null`; its variables come from the server's config.
   *
   * @example
   * const banner = await convert.feature('promo-banner');
   */
  feature<Key extends FeatureKey>(key: Key, options?: ReadOptions): Promise<TypedFeature<Key> | null>;
  /**
   * Queues a conversion in a server action or route handler, to be delivered after the response; `revenue` is in the
   * project's currency. A request without a visitor gets `tracking_off`.
   *
   * @example
   * await convert.trackConversion('purchase', { revenue: 49.99 });
   */
  trackConversion(goalKey: GoalKey, options?: TrackOptions): Promise<ConversionResult>;
}

/** Who is asking, as far as the request can be trusted: a signed header, or else the cookie alone. */
interface Visitor {
  readonly visitorId: string | null;
  /** What the proxy handed on; `null` when it did not run, or not ours. */
  readonly visit: Visit | null;
}

export function createVisits(shared: () => SharedCore, options: ConvertOptions): Visits {
  const { cookieName, attributes } = options;
  // Next.js hands out the same headers object all through a request: one decision for all its components.
  const decisions = new WeakMap<object, Map<string | undefined, Promise<Decided>>>();

  async function decide({ url, headers }: ReadOptions): Promise<Decided> {
    // Not caught: this is how a prerender learns that the page depends on the request.
    const source = headers ?? (await nextHeaders());
    let ofRequest = decisions.get(source);
    if (ofRequest === undefined) {
      ofRequest = new Map();
      decisions.set(source, ofRequest);
    }
    let made = ofRequest.get(url);
    if (made === undefined) {
      made = decideOnce(toHeaders(source), url);
      ofRequest.set(url, made);
    }
    return made;
  }

  async function decideOnce(headers: Headers, url: string | undefined): Promise<Decided> {
    let visitorId: string | null = null;
    try {
      const { core, firstConfig } = shared();
      const visitor = await readVisitor(headers);
      visitorId = visitor.visitorId;
      if (visitorId === null || core === null) return decided(core, originalPayload(visitorId));
      await firstConfig;
      const { visit } = visitor;
      const handedOn =
        visit?.decisions && visit.configVersion === core.currentConfig?.version
          ? core.payloadFor(visitorId, visit.decisions)
          : null;
      if (handedOn !== null) return decided(core, handedOn);
      if (core.currentConfig === null) return decided(core, originalPayload(visitorId));
      const again = {
        visitor: { visitorId, isNew: visit?.isNew ?? false },
        url: pageUrl(visit?.url ?? url, headers),
        headers,
        attributes,
        cookieName,
      };
      return decided(core, await decideRequest(core, again));
    } catch (error) {
      rethrowControlFlow(error);
      shared().notices.failure('Deciding for a page', error);
      return decided(null, originalPayload(visitorId));
    }
  }

  /** `null`: there is nobody to track for. */
  async function loadContext(headers: Headers): Promise<Context | null> {
    try {
      const { core, firstConfig } = shared();
      const { visitorId } = await readVisitor(headers);
      if (visitorId === null || core === null) return null;
      await firstConfig;
      return await core.loadContext(visitorId);
    } catch (error) {
      shared().notices.failure('Tracking a conversion', error);
      return null;
    }
  }

  async function readVisitor(headers: Headers): Promise<Visitor> {
    const header = headers.get(VISIT_HEADER);
    const visit = header === null ? null : await (await shared().signer).verify(header);
    return { visitorId: visit?.visitorId ?? visitorIdOf(headers, { cookieName }), visit };
  }

  return {
    async payload({ only, ...where } = {}) {
      return (await decide(where)).payload(only);
    },
    async experience<Key extends ExperienceKey>(key: Key, where: ReadOptions = {}) {
      // The key was found; which variation keys go with it is what the app itself declared in Register.
      return (await decide(where)).experience(key) as ExperienceAssignment<Key> | null;
    },
    async feature<Key extends FeatureKey>(key: Key, where: ReadOptions = {}) {
      return (await decide(where)).feature(key) as TypedFeature<Key> | null;
    },
    async trackConversion(goalKey, { headers, ...conversion } = {}) {
      const source = toHeaders(headers ?? (await nextHeaders()));
      const context = await loadContext(source);
      if (context === null) return conversionMissed('tracking_off');
      const result = context.trackConversion(goalKey, conversion);
      if (result.tracked) deliver(shared);
      return result;
    },
  };
}

function toHeaders(source: Headers | NonNullable<ReadOptions['headers']>): Headers {
  if (source instanceof Headers) return source;
  const headers = new Headers();
  for (const [name, value] of Object.entries(source)) {
    if (value !== undefined) headers.set(name, typeof value === 'string' ? value : value.join(', '));
  }
  return headers;
}

function pageUrl(url: string | undefined, headers: Headers): URL | null {
  if (url === undefined) return null;
  const site = publicUrl({ url: 'http://localhost', headers });
  return URL.canParse(url, site) ? new URL(url, site) : null;
}
