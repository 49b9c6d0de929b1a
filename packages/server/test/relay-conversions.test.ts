import type { Core } from '@convert-fullstack/core';
import type { RelayReceipt } from '@convert-fullstack/core/bridge';
import { type MemoryTransport, memoryTransport } from '@convert-fullstack/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BrowserConversions } from '../src/relay.ts';
import { BOUGHT, browserWith, SHOWN, SITE } from './relay-requests.ts';
import { sampleCore } from './sample-project.ts';

let transport: MemoryTransport;
let core: Core;

beforeEach(() => {
  transport = memoryTransport();
  core = sampleCore({ transport });
});
afterEach(() => core.close());

async function reasons(events: readonly unknown[], browserConversions?: BrowserConversions): Promise<string[]> {
  const response = await browserWith(core, { browserConversions }).sendEvents(events);
  const { rejected } = (await response.json()) as RelayReceipt;
  return events.map((_, index) => rejected.find((refused) => refused.index === index)?.reason ?? 'taken');
}

async function goals(): Promise<unknown[]> {
  await core.flush();
  return transport.events.map(({ data }) => ('goalId' in data ? [data.goalId, data.goalData] : null));
}

describe('a conversion from the browser', () => {
  const cart = { type: 'conversion', goalKey: 'add-to-cart' };

  it('may bring revenue and be repeated unless the application says otherwise', async () => {
    const events = [
      { ...BOUGHT, revenue: 10 },
      { ...BOUGHT, revenue: 20, forceMultiple: true },
    ];
    expect(await reasons(events)).toEqual(['taken', 'taken']);
    expect(await goals()).toEqual([
      ['300985003', [{ key: 'amount', value: 10 }]],
      ['300985003', [{ key: 'amount', value: 20 }]],
    ]);
  });

  it('brings no revenue where the application forbids it, by no name', async () => {
    const events = [
      { ...BOUGHT, revenue: 10 },
      { ...BOUGHT, revenue: 0 },
      { ...BOUGHT, conversionData: { amount: 10 } },
      { ...BOUGHT, conversionData: { amount: '10.50' } },
      { ...BOUGHT, conversionData: { transactionId: 't-1' } },
    ];
    const forbidden = Array(4).fill('revenue_not_allowed');
    expect(await reasons(events, { revenue: false })).toEqual([...forbidden, 'taken']);
    expect(await goals()).toEqual([['300985003', [{ key: 'transactionId', value: 't-1' }]]]);
  });

  it('takes `amount` for revenue where revenue is allowed', async () => {
    await reasons([{ ...BOUGHT, conversionData: { amount: 10 } }]);
    expect(await goals()).toEqual([['300985003', [{ key: 'amount', value: 10 }]]]);
  });

  it('is not repeated where the application forbids it', async () => {
    const events = [cart, { ...cart, forceMultiple: true }, { ...cart, forceMultiple: false }];
    expect(await reasons(events, { forceMultiple: false })).toEqual(['taken', 'repeat_not_allowed', 'deduplicated']);
  });

  it('may do either for the goals that the application names', async () => {
    const events = [
      { ...cart, forceMultiple: true },
      { ...BOUGHT, forceMultiple: true },
      { ...BOUGHT, revenue: 5 },
      { ...cart, revenue: 5 },
    ];
    const browserConversions = { revenue: ['purchase'], forceMultiple: ['add-to-cart'] };
    expect(await reasons(events, browserConversions)).toEqual([
      'taken',
      'repeat_not_allowed',
      'taken',
      'revenue_not_allowed',
    ]);
  });

  it.each([
    ['an empty transaction id', { transactionId: '' }],
    ['a word for a number', { productsCount: 'many' }],
    ['an empty number', { items_count: '' }],
    ['a list', { customDimension1: ['a'] }],
    ['an endless text', { customDimension1: 'x'.repeat(1_001) }],
    ['an object', { customDimension2: { a: 1 } }],
  ])('is refused alone when its data is %s, which would cost other visitors’ events', async (_what, conversionData) => {
    expect(await reasons([{ ...BOUGHT, conversionData }, cart])).toEqual(['event_invalid', 'taken']);
  });

  it('names at most 200 variations it was shown', async () => {
    const exposed = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`${at}`, '1']));
    const events = [
      { ...BOUGHT, exposed: exposed(201) },
      { ...BOUGHT, exposed: exposed(200) },
    ];
    expect(await reasons(events)).toEqual(['event_invalid', 'taken']);
  });
});

describe('the report segments of what is counted', () => {
  const segmentsOf = async () => {
    await core.flush();
    return transport.sent.flatMap(({ body }) => body.visitors.map(({ segments }) => segments));
  };

  it('are those of the request, in Convert’s codes', async () => {
    const { sendEvents } = browserWith(core);
    await sendEvents([SHOWN], { 'cf-ipcountry': 'AT', referer: `${SITE}/?utm_source=mail&utm_campaign=autumn` });
    expect(await segmentsOf()).toEqual([
      { country: 'AT', browser: 'CH', devices: ['DESK'], source: 'campaign', campaign: 'autumn' },
    ]);
  });

  it('come from no other site’s address', async () => {
    const { sendEvents } = browserWith(core);
    for (const referer of [
      'https://evil.example/?utm_campaign=x',
      'not a url?utm_campaign=x',
      'data:,?utm_campaign=x',
    ]) {
      await sendEvents([{ ...BOUGHT, forceMultiple: true, revenue: 1 }], { referer });
    }
    expect(await segmentsOf()).toEqual([{ browser: 'CH', devices: ['DESK'] }]);
  });

  it('are the application’s own where it has set them', async () => {
    (await core.loadContext('visitor-1')).setSegments({ country: 'DE', visitorType: 'returning' });
    await browserWith(core).sendEvents([SHOWN], { 'cf-ipcountry': 'AT' });
    expect(await segmentsOf()).toEqual([{ country: 'DE', visitorType: 'returning', browser: 'CH', devices: ['DESK'] }]);
  });

  it('are not kept as the visitor’s attributes', async () => {
    const { sendEvents } = browserWith(core);
    await sendEvents([SHOWN, { type: 'attributes', values: { plan: 'gold' } }], { 'cf-ipcountry': 'AT' });
    expect((await core.loadContext('visitor-1')).attributes).toEqual({ plan: 'gold' });
  });
});
