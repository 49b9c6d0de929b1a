import { type Browser, type BrowserContext, expect, type Locator, type Page, type Request } from '@playwright/test';
import { hydrated } from './hydrated.ts';
import { pageAt, priceIn, shownIn } from './scripted-page.ts';
import type { Random } from './scripted-random.ts';
import { openBook, type TrafficBook } from './traffic-book.ts';
import type { TrafficShop } from './traffic-shop.ts';

/** Somebody who comes to the shop now and then, with a real browser. */
export interface TabVisitor {
  readonly book: TrafficBook;
  readonly random: Random;
  readonly context: BrowserContext;
  readonly shop: Pick<TrafficShop, 'url' | 'reached'>;
}

/** For whatever a browser does, also on a busy machine; a server that is restarted gets three times as long. */
const PATIENCE_MS = 15_000;

export async function newTabVisitor(
  name: string,
  random: Random,
  { browser, shop }: { browser: Browser; shop: TabVisitor['shop'] },
): Promise<TabVisitor> {
  // As little to paint as possible: there are many of them.
  const context = await browser.newContext({ viewport: { width: 800, height: 600 }, reducedMotion: 'reduce' });
  context.setDefaultTimeout(PATIENCE_MS);
  // A browser without any tab may end before it has sent what is under way.
  await context.newPage();
  return { book: openBook(name), random, context, shop };
}

/** One visit in a tab of its own. */
export async function visitInTab(visitor: TabVisitor): Promise<void> {
  const { random, context } = visitor;
  const page = await context.newPage();
  await random.pick([leaveAtOnce, reload, goOffline, wander, order])(visitor, page);
  // As a person closes it: the page hears of it.
  const closed = page.waitForEvent('close');
  await page.close({ runBeforeUnload: true });
  await closed;
  await context.setOffline(false);
}

/** The last time somebody comes: waits until what other tabs had to leave has arrived. */
export async function comeBackInTab(visitor: TabVisitor): Promise<void> {
  const { context, shop } = visitor;
  const page = await context.newPage();
  await page.addInitScript(() => {
    window.leftBatchIds = JSON.parse(localStorage.getItem('cv_queue') ?? '[]').map(({ id }: { id: string }) => id);
  });
  const taken: string[] = [];
  page.on('response', (response) => {
    if (response.status() === 202) taken.push(response.request().postData() ?? '');
  });
  await insist(page, () => page.goto(`${shop.url}/newsletter`));
  // By this page now, or by the one that was left: the cookie says so.
  const left = await page.evaluate(() => window.leftBatchIds ?? []);
  const isDelivered = async (id: string) =>
    taken.some((body) => body.includes(id)) || (await page.evaluate(() => document.cookie)).includes(id);
  for (const id of left) await expect.poll(() => isDelivered(id), { timeout: 3 * PATIENCE_MS }).toBe(true);
  await page.waitForLoadState('networkidle');
}

declare global {
  interface Window {
    leftBatchIds?: string[];
  }
}

type Visit = (visitor: TabVisitor, page: Page) => Promise<void>;

const leaveAtOnce: Visit = async (visitor, page) => {
  if (visitor.random.chance(0.3)) {
    await see(visitor, page, '/');
    await clickHero(visitor, page);
  } else {
    await see(visitor, page, '/pricing');
    await choosePlan(visitor, page);
  }
};

const reload: Visit = async (visitor, page) => {
  await see(visitor, page, '/pricing');
  await choosePlan(visitor, page);
  await page.reload().catch(() => {});
  await lookAround(visitor, page, '/pricing').catch(() => see(visitor, page, '/pricing'));
};

const goOffline: Visit = async (visitor, page) => {
  const { context, random } = visitor;
  await see(visitor, page, '/pricing');
  await context.setOffline(true);
  await choosePlan(visitor, page);
  // Or it waits in storage for the next visit, once the tab is closed.
  if (random.chance(0.5)) await context.setOffline(false);
};

const wander: Visit = async (visitor, page) => {
  await see(visitor, page, '/cart');
  await follow(visitor, page, '/pricing', page.getByRole('link', { name: 'Membership' }).first());
  if (visitor.random.chance(0.5)) await choosePlan(visitor, page);
};

const order: Visit = async (visitor, page) => {
  const { book, random, shop } = visitor;
  const path = random.pick(['/products/drift-shell', '/products/fell-mug']);
  const checkout = page.getByTestId('checkout');
  await see(visitor, page, path);
  const price = priceIn(await page.content());
  book.did('add-to-cart');
  shop.reached('order');
  await follow(visitor, page, '/cart', page.getByTestId('add-to-cart'));
  // Whoever got no answer looks at what is in the cart.
  for (; !(await checkout.isVisible()); await follow(visitor, page, '/cart', page.getByTestId('add-to-cart'))) {
    await see(visitor, page, path);
  }
  // More than one where an answer came so late that the visitor had tried again.
  let products = 1;
  for (; await checkout.isVisible(); await see(visitor, page, '/cart')) {
    products = await page.locator('.lines li').count();
    if (await leads(visitor, page, '/checkout/complete', checkout)) break;
  }
  book.ordered({ amount: price * products, productsCount: products });
};

async function choosePlan({ book, random }: TabVisitor, page: Page): Promise<void> {
  const code = random.pick(['day', 'ridge', 'summit']);
  await page.getByTestId(`choose-${code}`).click();
  book.did('plan-selected', { customDimension1: code });
}

async function clickHero({ book }: TabVisitor, page: Page): Promise<void> {
  await page.getByTestId('hero-cta').click();
  book.did('hero-cta');
}

/** Loads a page, again while the server is away, and writes down what is on it. */
async function see(visitor: TabVisitor, page: Page, path: string): Promise<void> {
  await insist(page, async () => {
    await page.goto(visitor.shop.url + path);
    await lookAround(visitor, page, path);
  });
}

async function insist(page: Page, attempt: () => Promise<unknown>): Promise<void> {
  const giveUpAt = Date.now() + 3 * PATIENCE_MS;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (Date.now() > giveUpAt) throw error;
      await page.waitForTimeout(300);
    }
  }
}

/** Soft navigation; a server that is away turns it into a broken page, and the visitor starts anew. */
async function follow(visitor: TabVisitor, page: Page, path: string, control: Locator): Promise<void> {
  if (!(await leads(visitor, page, path, control))) return see(visitor, page, path);
  await lookAround(visitor, page, path).catch(() => see(visitor, page, path));
}

/** Whether a click leads there. */
async function leads({ shop }: TabVisitor, page: Page, path: string, control: Locator): Promise<boolean> {
  const isGone = page.waitForEvent('requestfailed', { predicate: isServerGone, timeout: 0 }).catch(() => {});
  const there = page.waitForURL(shop.url + path, { waitUntil: 'commit' });
  const arrived = Promise.all([control.click(), there]).then(
    () => true,
    () => false,
  );
  return Promise.race([arrived, isGone.then(() => false)]);
}

/** What a page sends in the background is tried again by the page. */
function isServerGone(request: Request): boolean {
  return !request.url().includes('/api/convert') && !request.failure()?.errorText.includes('ERR_ABORTED');
}

async function lookAround({ book, context }: TabVisitor, page: Page, path: string): Promise<void> {
  await page.getByTestId(pageAt(path)?.testId ?? '').waitFor();
  await hydrated(page);
  // Effects run after the frame in which React has put something on the page; it is done when the browser has nothing left to do.
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestIdleCallback(() => setTimeout(resolve, 50)))),
  );
  const cookies = await context.cookies();
  book.is(cookies.find(({ name }) => name === 'cv_vid')?.value ?? '');
  for (const shown of shownIn(path, await page.content())) book.saw(shown);
}
