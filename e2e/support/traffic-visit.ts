import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ScriptedBrowser,
  type ScriptedBrowserOptions,
  type ScriptedTab,
  scriptedBrowser,
} from './scripted-browser.ts';
import { formIn, priceIn, shownIn } from './scripted-page.ts';
import type { Random } from './scripted-random.ts';
import { OWN_ORDER, openBook, type TrafficBook } from './traffic-book.ts';
import type { TrafficShop } from './traffic-shop.ts';

/** Somebody who comes to the shop now and then, with one browser. */
export interface TrafficVisitor {
  readonly book: TrafficBook;
  readonly random: Random;
  readonly browser: ScriptedBrowser;
  readonly shop: Shop;
  /** Prices of what is in the cart. */
  readonly cart: number[];
  /** The tab that was left open. */
  tab: ScriptedTab | null;
}

export type Shop = Pick<TrafficShop, 'url' | 'reached'> & { readonly webhookSecret: string | null };

const PRODUCTS = ['/products/drift-shell', '/products/fell-mug', '/products/tarn-tent'] as const;
const PATHS = ['/', '/pricing', '/pricing', '/pricing', ...PRODUCTS, '/cart'] as const;
const PLANS = ['day', 'ridge', 'summit'] as const;
/** How long a sender waits before it repeats a webhook. */
const REPEAT_MS = 200;
const OFFLINE_MS = 50;

export function newTrafficVisitor(
  name: string,
  random: Random,
  { shop, ...options }: Omit<ScriptedBrowserOptions, 'url'> & { readonly shop: Shop },
): TrafficVisitor {
  const browser = scriptedBrowser({ ...options, url: shop.url });
  // Half of them were here before; the shop gives the others their ids.
  if (random.chance(0.5)) browser.cookies.set('cv_vid', random.uuid());
  return { book: openBook(name), random, browser, shop, cart: [], tab: null };
}

/** One visit: a page or two, with whatever comes to the visitor's mind, up to where the tab is closed or left open. */
export async function visitShop(visitor: TrafficVisitor): Promise<void> {
  const { random, browser, shop, book } = visitor;
  visitor.tab?.setHidden(false);
  const tab = visitor.tab ?? (await browser.open(random.pick(PATHS)));
  visitor.tab = null;
  book.is(browser.cookies.get('cv_vid') ?? '');
  // Or gone before React had put anything on the page.
  if (random.chance(0.95)) {
    see(visitor, tab);
    await act(visitor, tab);
    if (random.chance(0.1)) {
      await tab.goTo(random.chance(0.5) ? tab.path : random.pick(PATHS));
      see(visitor, tab);
      await act(visitor, tab);
    }
  }
  if (shop.webhookSecret !== null && random.chance(0.08)) await payElsewhere(visitor, shop.webhookSecret);
  // An empty cart in a tab stays empty, whatever is put into it elsewhere.
  if (random.chance(0.65) && tab.path !== '/cart') {
    tab.setHidden(true);
    visitor.tab = tab;
  } else await leave(visitor, tab);
}

/** The last time somebody comes: what waits is delivered by whichever page is opened, and on this one nothing is shown. */
export async function comeBack({ browser, shop, tab }: TrafficVisitor): Promise<void> {
  await tab?.close();
  while (browser.hasWaiting()) {
    shop.reached('last visit');
    const last = await browser.open('/newsletter');
    await last.delivered();
    await last.close();
  }
  if (browser.refusals().length > 0) throw new Error(`The relay has refused: ${browser.refusals().join(', ')}`);
}

function see({ book }: Pick<TrafficVisitor, 'book'>, tab: ScriptedTab): void {
  for (const shown of shownIn(tab.path, tab.html)) {
    book.saw(shown);
    tab.show(shown);
  }
}

async function act(visitor: TrafficVisitor, tab: ScriptedTab): Promise<void> {
  const { book, random, cart } = visitor;
  const { path, html } = tab;
  if (path === '/' && random.chance(0.4)) reach(visitor, tab, 'hero-cta');
  if (path === '/pricing' && random.chance(0.5))
    reach(visitor, tab, 'plan-selected', { customDimension1: random.pick(PLANS) });
  if (path === '/cart' && cart.length > 0) return checkOut(visitor, tab);
  if (path.startsWith('/products/') && random.chance(0.35)) {
    reach(visitor, tab, 'add-to-cart');
    // Now and then before the order: then it is credited to what was shown.
    if (random.chance(0.5)) await tab.delivered();
    cart.push(priceIn(html));
    await tab.submit(path, formIn(html, 'add-to-cart'));
    see(visitor, tab);
    if (random.chance(0.5)) await checkOut(visitor, tab);
  } else if (random.chance(0.03) && !book.has('newsletter-signup')) {
    book.did('newsletter-signup');
    await tab.submit('/api/newsletter', formIn(html, 'newsletter'));
  }
}

function reach(
  { book, random }: TrafficVisitor,
  tab: ScriptedTab,
  goalKey: string,
  conversionData: Record<string, string> = {},
): void {
  book.did(goalKey, conversionData);
  tab.convert(goalKey, { conversionData });
  if (random.chance(0.2)) tab.convert(goalKey, { conversionData });
}

async function checkOut({ book, browser, cart, random }: TrafficVisitor, tab: ScriptedTab): Promise<void> {
  const prices = cart.splice(0);
  // The order may have been placed all the same: the visitor cannot know, and places it again.
  if (random.chance(0.1)) browser.loseNextAnswer();
  await tab.submit('/cart', formIn(tab.html, 'checkout'));
  book.ordered({ amount: prices.reduce((sum, price) => sum + price, 0), productsCount: prices.length });
}

/** An order of this visitor is paid at a service, which tells the shop until it is answered, and sometimes once more. */
async function payElsewhere({ book, random, shop }: TrafficVisitor, secret: string): Promise<void> {
  const order = { id: OWN_ORDER + random.uuid(), total_price: `${10 + random.below(200)}.50` };
  const body = JSON.stringify({ ...order, note_attributes: [{ name: 'cv_vid', value: book.visitorId }] });
  const signature = createHmac('sha256', secret).update(body).digest('base64');
  const headers = { 'x-shopify-hmac-sha256': signature, 'content-type': 'application/json' };
  const tell = () => fetch(`${shop.url}/api/webhooks/order-paid`, { method: 'POST', headers, body }).catch(() => null);
  book.ordered({ amount: Number(order.total_price), transactionId: order.id });
  shop.reached('webhook');
  for (let left = random.chance(0.3) ? 2 : 1; left > 0; ) {
    const answer = await tell();
    if (answer === null || answer.status >= 500) await sleep(REPEAT_MS);
    else if (answer.status === 204) left -= 1;
    else throw new Error(`The shop answered a webhook with ${answer.status}.`);
  }
}

async function leave({ random, browser, shop }: TrafficVisitor, tab: ScriptedTab): Promise<void> {
  if (random.chance(0.1)) {
    browser.setOnline(false);
    // Long enough for an attempt to fail; or what waits is left to the next visit.
    if (random.chance(0.5)) await sleep(OFFLINE_MS);
    else await tab.close();
    browser.setOnline(true);
  } else if (random.chance(0.2)) {
    browser.loseNextAnswer();
    shop.reached('lost answer');
  }
  // Or closed while everything is still under way.
  if (random.chance(0.6)) await tab.delivered();
  await tab.close();
}
