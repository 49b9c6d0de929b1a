import { type BrowserContext, expect, type Page, type Request } from '@playwright/test';
import { eventsOf } from './collector.ts';
import { hydrated, open } from './hydrated.ts';
import { type CookieJar, newVisitor, type Variations, visitAs } from './visitors.ts';

/** A new visitor of this browser. */
export async function visit(browser: CookieJar, variations: Variations): Promise<string> {
  const visitorId = newVisitor(variations);
  await visitAs(browser, visitorId);
  return visitorId;
}

/** Opens a page of the fixture app and waits until the experience on it has been committed, with all effects. */
export async function openAndSee(page: Page, url: string): Promise<void> {
  await open(page, url);
  await committed(page);
}

export async function committed(page: Page): Promise<void> {
  await page.locator('[data-committed]').waitFor();
}

/** Reaches the goal of the fixture app. */
export async function convert(page: Page): Promise<void> {
  await hydrated(page);
  await page.getByTestId('convert').click();
}

/** Waits until the collector has counted an exposure of the visitor more often than the person was shown something. */
export async function expectCountedTooOften(visitorId: string, exposure: string, truth: number): Promise<void> {
  const counted = async () => (await eventsOf(visitorId)).filter((event) => event === exposure).length;
  await expect.poll(counted, { message: `exposures of ${visitorId}`, timeout: 15_000 }).toBeGreaterThan(truth);
}

/**
 * Notes what this context's pages report; the result checks that no experience was in two batches. The relay would take
 * the second one without counting it, so the collector cannot tell. A batch that is delivered again is still one.
 */
export function watchReports(context: BrowserContext): () => void {
  const batches = new Map<string | Request, string[]>();
  context.on('request', (request) => {
    if (!request.url().endsWith('/api/convert/events')) return;
    const { id, events }: Batch = request.postDataJSON();
    const exposures = events.flatMap(({ type, experienceId }) => (type === 'exposure' && experienceId) || []);
    batches.set(id ?? request, exposures);
  });
  return () => {
    const reported = [...batches.values()].flat();
    expect(reported).toEqual([...new Set(reported)]);
  };
}

interface Batch {
  readonly id?: string;
  readonly events: readonly { readonly type: string; readonly experienceId?: string }[];
}
