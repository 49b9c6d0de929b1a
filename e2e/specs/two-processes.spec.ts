import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator } from '@convert-fullstack/emulator';
import { expect, test } from '@playwright/test';
import { ORDER_WEBHOOK_SECRET } from '../support/addresses.ts';
import { bundlePage } from '../support/page-life.ts';
import { type ScriptedTab, scriptedBrowser } from '../support/scripted-browser.ts';
import { formIn, priceIn, shownIn } from '../support/scripted-page.ts';
import { type RunningApp, startApp } from '../support/servers.ts';
import { differences, openBook } from '../support/traffic-book.ts';
import { newVisitor } from '../support/visitors.ts';

const toClose: (() => Promise<unknown>)[] = [];
test.afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
});

const VARIATIONS = {
  'product-gallery': 'carousel',
  'seasonal-badges': 'badge',
  'shipping-threshold': 'threshold-75',
} as const;
const SURPLUS = 'visitor: counted without reason: ';
const TWICE = [
  'goal add-to-cart ()',
  'goal purchase (amount 24)',
  'product-gallery: carousel',
  'seasonal-badges: badge',
  'shipping-threshold: threshold-75',
];

const CASES = [
  { store: 'share a DataStore', found: 'once', surplus: [] },
  { store: 'share nothing', found: 'twice', surplus: TWICE },
] as const;

for (const { store, found, surplus } of CASES) {
  test(`what reaches two processes that ${store} counts ${found}`, async () => {
    const emulator = await startEmulator();
    toClose.push(emulator.close);
    const folder = await mkdtemp(join(tmpdir(), 'e2e-visitors-'));
    toClose.push(() => rm(folder, { recursive: true }));
    const env = { ORDER_WEBHOOK_SECRET, ...(found === 'once' && { VISITOR_FOLDER: folder }) };
    const start = () => startApp('storefront', { ...emulator, env });
    const [one, other] = await Promise.all([start(), start()]);
    toClose.push(one.stop, other.stop);

    const fetch = balanced(one, other);
    const browser = scriptedBrowser({ url: one.url, startPage: await bundlePage(), fetch });
    const visitorId = newVisitor(VARIATIONS);
    browser.cookies.set('cv_vid', visitorId);
    const book = openBook('visitor');
    book.is(visitorId);
    const see = (tab: ScriptedTab) => {
      for (const shown of shownIn(tab.path, tab.html)) {
        book.saw(shown);
        tab.show(shown);
      }
    };

    const tab = await browser.open('/products/fell-mug');
    see(tab);
    const amount = priceIn(tab.html);
    tab.convert('add-to-cart');
    book.did('add-to-cart');
    await tab.delivered();
    await tab.submit(tab.path, formIn(tab.html, 'add-to-cart'));
    see(tab);
    await tab.delivered();
    await tab.submit(tab.path, formIn(tab.html, 'checkout'));
    book.ordered({ amount, productsCount: 1 });
    const [, number = ''] = /data-testid="order-number">([^<]+)</.exec(tab.html) ?? [];
    await tab.close();
    // A sender that got no answer in time tells again, and each process once.
    for (const { url } of [one, other]) expect(await tellOfOrder(url, { visitorId, number, amount })).toBe(204);

    // What was taken over is delivered then.
    expect(await Promise.all([one.stop(), other.stop()])).toEqual([true, true]);
    const lines = differences([book], emulator.visitors()).flatMap((line) => line.replace(SURPLUS, '').split(' | '));
    expect(lines.sort()).toEqual(surplus);
    expect(browser.refusals()).toEqual([]);
  });
}

/** Requests go to each in turn, as behind a load balancer; what a page reports reaches both at the same time. */
function balanced(one: RunningApp, other: RunningApp): typeof globalThis.fetch {
  const turns = [one.url, other.url];
  return async (input, init) => {
    const { pathname } = new URL(String(input));
    const headers = new Headers(init?.headers);
    // Whatever port it listens on: pages and scripts know one address only.
    headers.set('x-forwarded-host', new URL(one.url).host);
    const ask = (url: string) => globalThis.fetch(url + pathname, { ...init, headers });
    if (pathname.endsWith('/events')) {
      const [answer, twin] = await Promise.all([ask(one.url), ask(other.url)]);
      expect(twin.status).toBe(answer.status);
      return answer;
    }
    turns.reverse();
    return ask(turns[0] ?? one.url);
  };
}

async function tellOfOrder(url: string, order: { visitorId: string; number: string; amount: number }): Promise<number> {
  const attributes = [{ name: 'cv_vid', value: order.visitorId }];
  const body = JSON.stringify({ id: order.number, total_price: `${order.amount}`, note_attributes: attributes });
  const signature = createHmac('sha256', ORDER_WEBHOOK_SECRET).update(body).digest('base64');
  const headers = { 'content-type': 'application/json', 'x-shopify-hmac-sha256': signature };
  const { status } = await fetch(`${url}/api/webhooks/order-paid`, { method: 'POST', headers, body });
  return status;
}
