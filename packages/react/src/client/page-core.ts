import { type Attributes, type Context, Core, type CoreOptions, type Payload } from '@convert-fullstack/core';
import { type RelayEvent, THROWN_COOKIE, type VariationIds, withoutThrown } from '@convert-fullstack/core/bridge';
import { cookiesOf } from './page-cookies.ts';
import { campaignSegments, pageFacts } from './page-facts.ts';
import { keepPreviews } from './page-preview.ts';
import { isOptedOut } from './privacy-signal.ts';

/** Where this page's project is: the part of `CoreOptions` that makes sense in a browser. */
export interface ProjectOptions extends Pick<CoreOptions, 'sdkKey' | 'data' | 'environment'> {
  /** Other hosts than Convert's own, for example a local emulator. */
  readonly transport?: { readonly configUrl?: string | undefined; readonly trackUrl?: string | undefined } | undefined;
}

export interface PageVisitor {
  readonly visitorId: string;
  /** Whether the application named the visitor. */
  readonly isOwn: boolean;
  /** Whether this browser did not know the visitor before. */
  readonly isNew: boolean;
}

/** What one page decides with and reports through, for one visitor and as long as it lives. */
export interface PageCore extends PageVisitor {
  /** Whether the browser says that the visitor takes no part, and the project listens to that. */
  readonly isOptedOut: boolean;
  /** Only decides: remembers nothing and queues nothing. */
  decide(page: { readonly url?: string; readonly attributes?: Attributes }): Payload;
  /** Has it decide with these variations from then on, as far as they exist, and the browser remember them. */
  preview(previews: readonly VariationIds[]): Promise<void>;
  /** Queues what the visitor saw or did. */
  report(event: RelayEvent): void;
  /** Sends what is queued. */
  flush(): void;
  /** Drops what is queued. */
  drop(): void;
  /** Forgets the visitor, who counts anew from then on. */
  forget(): void;
}

// As long as what happens together takes to happen.
const FLUSH_MS = 100;

/**
 * Throws `ConvertError`: `config_invalid`, and `options_invalid` unless the project has either a key or its config embedded,
 * and for addresses that are no http(s) URLs.
 */
export function openPageCore(project: ProjectOptions, config: unknown, visitor: PageVisitor): PageCore {
  const { sdkKey, data, environment, transport } = project;
  const core = new Core({
    sdkKey,
    data,
    // Ready at once and without a request of its own: swr is who fetches.
    ...(data === undefined && { fallbackData: config }),
    refresh: false,
    environment,
    transport: { ...transport, fetch: fetchThatOutlivesThePage },
    autoFlushIntervalMs: FLUSH_MS,
  });
  const { visitorId, isNew } = visitor;
  // What throws later is left to the page: what a visitor sees must not change under their eyes.
  const [thrown] = cookiesOf(THROWN_COOKIE);
  let previewing: Context | null = null;
  return {
    ...visitor,
    isOptedOut: core.currentConfig !== null && isOptedOut(core.currentConfig.privacy),
    decide({ url, attributes: own }) {
      const { attributes, locationAttributes } = pageFacts(url, isNew);
      const context = previewing ?? core.createContext(visitorId);
      return withoutThrown(context.toPayload({ attributes: { ...attributes, ...own }, locationAttributes }), thrown);
    },
    async preview(previews) {
      const context = core.createContext(visitorId);
      await context.setPreview(...previews);
      const { previewed } = context.toPayload({ only: [] });
      if (previewed) previewing = context;
      keepPreviews(previewed ?? []);
    },
    report(event) {
      const context = core.createContext(visitorId, campaignSegments());
      if (event.type === 'exposure') context.expose(event);
      else if (event.type === 'conversion') context.trackConversion(event.goalKey, event);
      else if (event.type === 'error') context.reportError(event);
      else if (event.type === 'attributes') context.setAttributes(event.values);
      else context.setSegments(event.values);
    },
    flush: () => void core.flush(),
    drop() {
      core.setTracking('off');
      core.setTracking('on');
    },
    forget: () => void core.forget(visitorId),
  };
}

/** As text: what needs a preflight may not get out of a page that is being left. */
const fetchThatOutlivesThePage: typeof fetch = (address, options) =>
  fetch(address, { ...options, headers: {}, keepalive: true });
