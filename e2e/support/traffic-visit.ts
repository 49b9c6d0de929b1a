import { createHmac } from 'node:crypto';
import { type ScriptedBrowser, scriptedBrowser } from './scripted-browser.ts';
import { formIn, priceIn, shownIn } from './scripted-page.ts';
import type { Random } from './scripted-random.ts';
import { OWN_ORDER, openBook, type TrafficBook } from './traffic-book.ts';
import type { TrafficShop } from './traffic-shop.ts';

/** Somebody who comes to the shop now and then, with one browser. */
export interface TrafficVisitor {
  readonly book: TrafficBook;
  readonly random: Random;
  readonly browser: ScriptedBrowser;
  /** Prices of what is in the cart. */
  readonly cart: number[];
  /** The page in the tab that was left open. */
  tab: Tab | null;
}

interface Tab {
  readonly path: string;
  readonly html: string;
}

export type Shop = Pick<TrafficShop, 'url' | 'steadily'> & { readonly webhookSecret: string | null };

const PRODUCTS = ['/products/drift-shell', '/products/fell-mug', '/products/tarn-tent'] as const;
const PATHS = ['/', '/pricing', '/pricing', '/pricing', ...PRODUCTS, '/cart'] as const;
const PLANS = ['day', 'ridge', 'summit'] as const;

export function newTrafficVisitor(
  name: string,
  random: Random,
  options: Pick<Parameters<typeof scriptedBrowser>[0], 'url' | 'fetch'>,
): TrafficVisitor {
  const browser = scriptedBrowser({ ...options, random });
  // Half of them were here before; the shop gives the others their ids.
  if (random.chance(0.5)) browser.cookies.set('cv_vid', random.uuid());
  return { book: openBook(name), random, browser, cart: [], tab: null };
}

/** One visit: a page or two, with whatever comes to the visitor's mind, up to where the tab is closed or left open. */
export async function visitShop(visitor: TrafficVisitor, shop: Shop): Promise<void> {
  const { random } = visitor;
  const pages = random.chance(0.1) ? 2 : 1;
  for (let page = 0; page < pages; page += 1) {
    const tab = visitor.tab ?? (await look(visitor, random.pick(PATHS)));
    visitor.tab = null;
    if (tab === null) return;
    await act(visitor, tab);
    if (random.chance(0.05)) await look(visitor, tab.path);
    // An empty cart in a tab stays empty, whatever is put into it elsewhere.
    else if (random.chance(0.65) && tab.path !== '/cart') visitor.tab = tab;
  }
  if (shop.webhookSecret !== null && random.chance(0.08)) await payElsewhere(visitor, shop, shop.webhookSecret);
  await leave(visitor, shop);
}

/** The last time somebody comes: what waits is delivered by whichever page is opened, and on this one nothing is shown. */
export async function comeBack({ browser }: TrafficVisitor): Promise<void> {
  if (!browser.hasWaiting()) return;
  await browser.open('/newsletter');
  if (!(await browser.deliver())) throw new Error('The relay takes nothing although the shop is open.');
}

/** `null`: the visitor was gone before React had put anything on the page. */
async function look({ book, random, browser }: TrafficVisitor, path: string): Promise<Tab | null> {
  const html = await browser.open(path);
  book.is(browser.cookies.get('cv_vid') ?? '');
  if (random.chance(0.05)) return null;
  see({ book, browser }, { path, html });
  return { path, html };
}

function see({ book, browser }: Pick<TrafficVisitor, 'book' | 'browser'>, { path, html }: Tab): void {
  for (const shown of shownIn(path, html)) {
    book.saw(shown);
    browser.show(shown);
  }
}

async function act(visitor: TrafficVisitor, { path, html }: Tab): Promise<void> {
  const { book, random, browser } = visitor;
  if (path === '/' && random.chance(0.4)) reach(visitor, 'hero-cta');
  if (path === '/pricing' && random.chance(0.5))
    reach(visitor, 'plan-selected', { customDimension1: random.pick(PLANS) });
  if (path === '/cart' && visitor.cart.length > 0) await checkOut(visitor, html);
  if (path.startsWith('/products/') && random.chance(0.35)) {
    reach(visitor, 'add-to-cart');
    // Now and then before the order: then it is credited to what was shown.
    if (random.chance(0.5)) await browser.deliver();
    visitor.cart.push(priceIn(html));
    const cart = await browser.submit(path, formIn(html, 'add-to-cart'));
    see(visitor, { path: '/cart', html: cart });
    if (random.chance(0.5)) await checkOut(visitor, cart);
  }
  if (random.chance(0.03) && !book.has('newsletter-signup')) {
    book.did('newsletter-signup');
    await browser.submit('/api/newsletter', formIn(html, 'newsletter'));
  }
}

function reach(
  { book, browser, random }: TrafficVisitor,
  goalKey: string,
  conversionData: Record<string, string> = {},
): void {
  book.did(goalKey, conversionData);
  browser.convert(goalKey, { conversionData });
  if (random.chance(0.2)) browser.convert(goalKey, { conversionData });
}

async function checkOut({ book, browser, cart }: TrafficVisitor, html: string): Promise<void> {
  const prices = cart.splice(0);
  await browser.submit('/cart', formIn(html, 'checkout'));
  book.ordered({ amount: prices.reduce((sum, price) => sum + price, 0), productsCount: prices.length });
}

/** An order of this visitor is paid at a service, which tells the shop; sometimes it tells it twice. */
async function payElsewhere({ book, random }: TrafficVisitor, { url, steadily }: Shop, secret: string): Promise<void> {
  const order = { id: OWN_ORDER + random.uuid(), total_price: `${10 + random.below(200)}.50` };
  const body = JSON.stringify({ ...order, note_attributes: [{ name: 'cv_vid', value: book.visitorId }] });
  const signature = createHmac('sha256', secret).update(body).digest('base64');
  const headers = { 'x-shopify-hmac-sha256': signature, 'content-type': 'application/json' };
  const tell = async () => {
    const { status } = await fetch(`${url}/api/webhooks/order-paid`, { method: 'POST', headers, body });
    if (status !== 204) throw new Error(`The shop answered a webhook with ${status}.`);
  };
  // In the life of one process: only a DataStore knows an order that the process before has counted.
  await steadily(async () => {
    await tell();
    if (random.chance(0.3)) await tell();
  });
  book.ordered({ amount: Number(order.total_price), transactionId: order.id });
}

async function leave({ random, browser }: TrafficVisitor, { steadily }: Shop): Promise<void> {
  // Offline, or closed too fast: it waits in storage for the next visit.
  if (random.chance(0.2)) return;
  if (random.chance(0.75)) return void (await browser.deliver());
  // As above: between the answer that is lost and the next attempt, somebody has to remember the batch.
  await steadily(async () => {
    await browser.deliverUnheard();
    await browser.deliver();
  });
}
