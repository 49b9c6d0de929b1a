import { createHmac } from 'node:crypto';
import { expect, type Page, test } from '@playwright/test';
import { EMULATOR, ORDER_WEBHOOK_SECRET, STOREFRONT } from '../support/addresses.ts';
import { eventsOf, expectCounted } from '../support/collector.ts';
import { open } from '../support/hydrated.ts';
import { newVisitor, visitAs } from '../support/visitors.ts';

const SHOWN = 'shipping-threshold: threshold-50';

test('a signed order counts once, with its revenue, for the visitor it carries, however often it is delivered', async () => {
  const visitorId = newVisitor();
  const body = orderOf(visitorId, 'order-1001');
  for (const _ of ['delivered', 'again', 'and again']) expect(await deliver(body, signed(body))).toBe(204);
  const next = orderOf(visitorId, 'order-1002');
  expect(await deliver(next, signed(next))).toBe(204);
  await expectCounted(visitorId, [
    'goal purchase (amount 213 · transactionId order-1001)',
    'goal purchase (amount 213 · transactionId order-1002)',
  ]);
});

test('an order that carries no visitor counts for nobody', async () => {
  for (const carried of [null, '', 'two words', 'a'.repeat(129)]) {
    const body = orderOf(carried, 'order-2001');
    expect(await deliver(body, signed(body))).toBe(204);
  }
  const visitorId = newVisitor();
  const body = orderOf(visitorId, 'order-2002');
  await deliver(body, signed(body));
  await expectCounted(visitorId, ['goal purchase (amount 213 · transactionId order-2002)']);
  const counted = await (await fetch(`${EMULATOR}/api/visitors`)).text();
  expect(counted).toContain('order-2002');
  expect(counted).not.toContain('order-2001');
});

test('a signed event that is no order counts nothing, and is not asked for again', async () => {
  const visitorId = newVisitor();
  const cv_vid = [{ name: 'cv_vid', value: visitorId }];
  const noPrice = JSON.stringify({ id: 'order-2101', total_price: 'free', note_attributes: cv_vid });
  for (const body of ['no json', 'null', '7', '[]', '{}', noPrice]) expect(await deliver(body, signed(body))).toBe(204);
  const order = orderOf(visitorId, 'order-2102');
  expect(await deliver(order, signed(order))).toBe(204);
  await expectCounted(visitorId, ['goal purchase (amount 213 · transactionId order-2102)']);
});

test('an order that nobody has signed is refused with 401 and counts nothing', async () => {
  const visitorId = newVisitor();
  const body = orderOf(visitorId, 'order-3001');
  const signature = signed(body);
  const attempts: [body: string, signature: string | null][] = [
    [body, null],
    [body, ''],
    [body, 'bm90IHNpZ25lZA=='],
    [body, signed(body, 'a secret of somebody else')],
    [body, signed(body, '')],
    [body, Buffer.from(signature, 'base64').toString('hex')],
    [body, `${signature},${signature}`],
    [body.replace('213.00', '999.00'), signature],
    [`${body} `, signature],
    [body.replace(visitorId, newVisitor()), signature],
    ['', signature],
  ];
  for (const [sent, signature] of attempts) expect(await deliver(sent, signature)).toBe(401);
  const honest = orderOf(visitorId, 'order-3002');
  expect(await deliver(honest, signed(honest))).toBe(204);
  await expectCounted(visitorId, ['goal purchase (amount 213 · transactionId order-3002)']);
});

test('an order that the checkout and the webhook report counts once', async ({ page }) => {
  const visitorId = newVisitor({ 'shipping-threshold': 'threshold-50' });
  await visitAs(page.context(), visitorId);
  const number = await placeOrder(page);
  await expect.poll(() => eventsOf(visitorId)).toHaveLength(2);
  const body = orderOf(visitorId, number);
  expect(await deliver(body, signed(body))).toBe(204);
  // Another order: were the first one counted again, that would have come before.
  const next = orderOf(visitorId, 'order-4001');
  expect(await deliver(next, signed(next))).toBe(204);
  await expect.poll(() => eventsOf(visitorId)).toHaveLength(3);
  const orders = (await eventsOf(visitorId)).filter((event) => event.startsWith('goal purchase'));
  expect(orders.map((order) => /transactionId ([^ )]*)/.exec(order)?.[1]).sort()).toEqual(
    [number, 'order-4001'].sort(),
  );
  expect(await eventsOf(visitorId)).toContain(SHOWN);
});

/** Orders a mug and returns the order's number. */
async function placeOrder(page: Page): Promise<string> {
  await page.context().addCookies([{ name: 'cart', value: 'drift-shell.fell-mug', url: STOREFRONT }]);
  await open(page, '/cart');
  await expectCounted((await visitorIdOf(page)) ?? '', [SHOWN]);
  await page.getByTestId('checkout').click();
  await page.waitForURL('**/checkout/complete');
  return (await page.getByTestId('order-number').textContent()) ?? '';
}

async function visitorIdOf(page: Page): Promise<string | undefined> {
  return (await page.context().cookies()).find(({ name }) => name === 'cv_vid')?.value;
}

/** What Shopify would say about a paid order. */
function orderOf(visitorId: string | null, id: string): string {
  const note = { name: 'cv_vid', value: visitorId };
  return JSON.stringify({ id, total_price: '213.00', note_attributes: [{ name: 'gift', value: 'no' }, note] });
}

function signed(body: string, secret = ORDER_WEBHOOK_SECRET): string {
  return createHmac('sha256', secret).update(body).digest('base64');
}

async function deliver(body: string, signature: string | null): Promise<number> {
  const headers = {
    'content-type': 'application/json',
    ...(signature !== null && { 'x-shopify-hmac-sha256': signature }),
  };
  const response = await fetch(`${STOREFRONT}/api/webhooks/order-paid`, { method: 'POST', headers, body });
  // The sender is no visitor.
  expect(response.headers.getSetCookie()).toEqual([]);
  return response.status;
}
