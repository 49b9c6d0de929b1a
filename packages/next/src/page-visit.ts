import {
  browserPayload,
  decideRequest,
  originalPayload,
  previewsOf,
  publicUrl,
  type RequestToRead,
  type RequestVisitor,
  recognizeVisitor,
  requestSource,
} from '@convert-fullstack/server';
import { type Decided, decided } from './decided.ts';
import { rethrowControlFlow } from './next-protocol.ts';
import type { ConvertOptions } from './options.ts';
import type { SharedCore } from './shared-core.ts';
import { VISIT_HEADER, type Visit } from './visit-header.ts';

export type PageVisitor = Pick<RequestVisitor, 'visitorId' | 'consent' | 'isBot' | 'isNew'>;

/** One request as its page sees it: recognised once, decided once, however many components ask. */
export interface PageVisit {
  visitor(): Promise<PageVisitor>;
  /** Falls back to the original of everything. */
  decided(): Promise<Decided>;
  /** Whether it previews something, so that nothing may be counted. */
  isPreview(): Promise<boolean>;
}

export interface PageRequest {
  readonly headers: Headers;
  /** Where the page says it is, should the proxy not have said it. */
  readonly url: string | undefined;
}

interface Recognized {
  readonly visitor: PageVisitor;
  /** What the proxy handed on; `null` when it did not run, or not ours. */
  readonly visit: Visit | null;
  readonly request: RequestToRead;
}

// Nothing is known of them, so nothing may be kept.
const UNRECOGNIZED: PageVisitor = { visitorId: null, consent: 'pending', isBot: false, isNew: false };

export function openPageVisit(shared: () => SharedCore, options: ConvertOptions, page: PageRequest): PageVisit {
  const { attributes, cookie } = options;
  let recognized: Promise<Recognized> | undefined;
  let made: Promise<Decided> | undefined;

  function recognizeOnce(): Promise<Recognized> {
    recognized ??= recognize(shared(), options, page).catch((error: unknown) => {
      rethrowControlFlow(error);
      shared().notices.failure('Recognising a visitor', error);
      return { visitor: UNRECOGNIZED, visit: null, request: { url: null, headers: page.headers } };
    });
    return recognized;
  }

  async function decide(): Promise<Decided> {
    const { visitor, visit, request } = await recognizeOnce();
    try {
      const { core, firstConfig, parseUserAgent } = shared();
      await firstConfig;
      const { visitorId } = visitor;
      if (!core?.currentConfig) return await undecided(visitor);
      const isCurrent = visit !== null && visit.configVersion === core.currentConfig.version;
      const decisions = isCurrent ? visit.decisions : null;
      const handedOn = visitorId === null || decisions === null ? null : core.payloadFor(visitorId, decisions);
      const payload =
        handedOn === null
          ? await decideRequest(core, { ...request, visitor, attributes, cookie, parseUserAgent })
          : await browserPayload(handedOn, visitor, cookie);
      return decided(core, visitorId, payload);
    } catch (error) {
      rethrowControlFlow(error);
      shared().notices.failure('Deciding for a page', error);
      return undecided(visitor);
    }
  }

  async function undecided(visitor: PageVisitor): Promise<Decided> {
    return decided(null, null, await originalPayload(visitor, cookie));
  }

  function decideOnce(): Promise<Decided> {
    made ??= decide();
    return made;
  }

  return {
    visitor: async () => (await recognizeOnce()).visitor,
    decided: decideOnce,
    async isPreview() {
      const { request } = await recognizeOnce();
      return previewsOf(requestSource(request)).length > 0 && (await decideOnce()).payload().preview === true;
    },
  };
}

/** A signed header tells what the proxy found out; without one, the request is looked at again. */
async function recognize(
  { core, carrier, firstConfig, parseUserAgent }: SharedCore,
  options: ConvertOptions,
  { headers, url }: PageRequest,
): Promise<Recognized> {
  const header = headers.get(VISIT_HEADER);
  const visit = header === null ? null : await (await carrier).read(header);
  const request = { url: pageUrl(visit?.url ?? url, headers), headers };
  if (visit !== null) return { visitor: visit, visit, request };
  await firstConfig;
  const source = requestSource(request);
  const visitor = recognizeVisitor({ ...source, privacy: core?.currentConfig?.privacy, parseUserAgent }, options);
  return { visitor, visit, request: source };
}

function pageUrl(url: string | undefined, headers: Headers): URL | null {
  if (url === undefined) return null;
  const site = publicUrl({ url: 'http://localhost', headers });
  return URL.canParse(url, site) ? new URL(url, site) : null;
}
