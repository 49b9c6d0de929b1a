import { type PageVisitor, type Payload, readPageVisitor, type StaticPayload } from '@convert-fullstack/core/bridge';

/** How long a page waits to be told for whom it was chosen before it asks. */
const PATIENCE_MS = 1_000;

/**
 * Finds out for whom this page was chosen: from the `Server-Timing` of the answer it came with, which a script can read
 * without a request. Asks the relay where the browser does not tell. The result stops looking.
 */
export function findPageVisitor(
  page: StaticPayload,
  endpoint: string,
  found: (visitor: PageVisitor) => void,
): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  const tell = (visitor: PageVisitor | null) => {
    if (!visitor || signal.aborted) return;
    stop.abort();
    found(visitor);
  };
  const look = (entries: PerformanceEntryList) => tell(visitorIn(entries, page.variants));

  // An answer for a soft navigation is noted when it has ended, which may be after the page is there.
  const observer = new PerformanceObserver((list) => look(list.getEntries()));
  observer.observe({ type: 'resource' });
  const timer = setTimeout(() => askRelay(page, endpoint, signal).then(tell), PATIENCE_MS);
  signal.addEventListener('abort', () => {
    observer.disconnect();
    clearTimeout(timer);
  });
  look(performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource')));
  return () => stop.abort();
}

/** The latest answer with this page counts: an earlier one may be for who the visitor was then. */
function visitorIn(entries: PerformanceEntryList, variants: string): PageVisitor | null {
  for (const entry of [...entries].reverse()) {
    // Old browsers have no metrics.
    const { serverTiming = [] }: Partial<PerformanceResourceTiming> = entry;
    for (const { name, description } of serverTiming) {
      // Other sites can let their metrics be read here, and write into them what they like.
      if (name !== 'convert' || !isOfThisSite(entry.name)) continue;
      const visitor = upToDate(readPageVisitor(variants, description));
      if (visitor) return visitor;
    }
  }
  return null;
}

function isOfThisSite(address: string): boolean {
  return URL.canParse(address, location.href) && new URL(address, location.href).origin === location.origin;
}

/** What the browser kept of an old answer may not be true any more: where scripts see the cookie, it tells. */
function upToDate(visitor: PageVisitor | null): PageVisitor | null {
  if (!visitor?.visitorId || visitor.visitorRef) return visitor;
  const { consent, ...granted } = visitor;
  const isKept = document.cookie.split('; ').some((pair) => pair.endsWith(`=${visitor.visitorId}`));
  if (isKept) return granted;
  return consent ? visitor : null;
}

/** Nobody, unless the server decides for this visitor what the page shows. */
async function askRelay(page: StaticPayload, endpoint: string, signal: AbortSignal): Promise<PageVisitor | null> {
  try {
    const response = await fetch(`${endpoint}/payload?url=${encodeURIComponent(location.href)}`, { signal });
    const { version, experiences, visitorId, visitorRef, consent, previewed }: Payload = await response.json();
    const isDecided = page.experiences.every(({ experienceId, variationId }) =>
      experiences.some((own) => own.experienceId === experienceId && own.variationId === variationId),
    );
    return version === 1 && isDecided
      ? { visitorId, ...(visitorRef && { visitorRef }), ...(consent && { consent }), ...(previewed && { previewed }) }
      : null;
  } catch {
    return null;
  }
}
