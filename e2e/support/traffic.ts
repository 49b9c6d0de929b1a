import type { Browser } from '@playwright/test';
import { bundlePage } from './page-life.ts';
import { randomOf } from './scripted-random.ts';
import type { TrafficBook } from './traffic-book.ts';
import { comeBackInTab, newTabVisitor, visitInTab } from './traffic-tabs.ts';
import { comeBack, newTrafficVisitor, type Shop, visitShop } from './traffic-visit.ts';

export interface TrafficPlan {
  readonly visits: number;
  readonly visitors: number;
  /** How many visits go on at the same time. */
  readonly atOnce: number;
}

export interface Traffic {
  readonly seed: string;
  readonly shop: Shop;
  /** Runs after each visit. */
  readonly onVisit?: () => void;
}

/**
 * Runs all visits over HTTP, each visitor's one after the other, and returns the visitors' books; another `fetch` is a
 * broken way to the server, for negative controls.
 */
export async function trafficOverHttp(
  plan: TrafficPlan,
  { seed, shop, onVisit, fetch }: Traffic & { readonly fetch?: typeof globalThis.fetch },
): Promise<TrafficBook[]> {
  const options = { shop, startPage: await bundlePage(), ...(fetch && { fetch }) };
  const visitors = Array.from({ length: plan.visitors }, (_, index) =>
    newTrafficVisitor(`visitor ${index}`, randomOf(seed, 'http', index), options),
  );
  const visits = Array.from({ length: plan.visits }, (_, index) => visitors[index % visitors.length]);
  await inTurns(visits, plan.atOnce, async (visitor) => {
    if (visitor) await named(visitor.book, visitShop(visitor));
    onVisit?.();
  });
  await inTurns(visitors, plan.atOnce, (visitor) => named(visitor.book, comeBack(visitor)));
  return visitors.map(({ book }) => book);
}

/** The same through Chromium: a browser context for each visitor. */
export async function trafficInTabs(
  plan: TrafficPlan,
  { seed, shop, onVisit, browser }: Traffic & { readonly browser: Browser },
): Promise<TrafficBook[]> {
  const places = Array.from({ length: plan.visitors }, (_, index) => index);
  const books: TrafficBook[] = [];
  await inTurns(places, plan.atOnce, async (index) => {
    const visitor = await newTabVisitor(`visitor ${index} in Chromium`, randomOf(seed, 'tabs', index), {
      browser,
      shop,
    });
    books.push(visitor.book);
    for (let visit = 0; visit < plan.visits / plan.visitors; visit += 1) {
      await named(visitor.book, visitInTab(visitor));
      onVisit?.();
    }
    await named(visitor.book, comeBackInTab(visitor));
    await visitor.context.close();
  });
  return books;
}

async function inTurns<Item>(
  items: readonly Item[],
  atOnce: number,
  run: (item: Item) => Promise<void>,
): Promise<void> {
  const left = items.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const item of left) await run(item);
    }),
  );
}

async function named(book: TrafficBook, visit: Promise<void>): Promise<void> {
  await visit.catch((cause: unknown) => {
    throw new Error(`${book.name}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  });
}
