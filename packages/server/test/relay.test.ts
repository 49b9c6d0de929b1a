import { Core } from '@convert-fullstack/core';
import { RELAY_MAX_BYTES } from '@convert-fullstack/core/bridge';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRelay, type Relay } from '../src/relay.ts';
import { RELAY_MAX_EVENTS } from '../src/relay-schema.ts';
import { type Collector, startCollector } from './collector.ts';
import { browserWith, outcome, postRequest, type RequestHeaders, SHOWN, SITE } from './relay-requests.ts';
import { HERO, PRICING, sampleCore } from './sample-project.ts';

const SEGMENTS = { browser: 'CH', devices: ['DESK'] };

let collector: Collector;
let core: Core;
let relay: Relay;

beforeEach(async () => {
  collector = await startCollector();
  core = sampleCore({ transport: { trackUrl: collector.url } });
  relay = createRelay({ core });
});
afterEach(async () => {
  await core.close();
  await collector[Symbol.asyncDispose]();
});

const send = (events: unknown, headers?: RequestHeaders) => relay(postRequest('events', { events }, headers));
const eventsRequest = (body: string | ReadableStream, headers?: RequestHeaders) => postRequest('events', body, headers);

async function collected(): Promise<unknown[]> {
  await core.flush();
  return collector.requests.flatMap(({ body }) => body.visitors);
}

describe('POST …/events', () => {
  it('hands exposures and conversions to Convert in wire form', async () => {
    const response = await send([
      SHOWN,
      { type: 'conversion', goalKey: 'purchase', revenue: 49.99, conversionData: { transactionId: 't-1' } },
    ]);
    expect(await outcome(response)).toEqual([202, { accepted: 2, rejected: [] }]);
    expect(response.headers.get('cache-control')).toBe('private, no-cache');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await collected()).toEqual([
      {
        visitorId: 'visitor-1',
        segments: SEGMENTS,
        events: [
          { eventType: 'bucketing', data: { experienceId: HERO.id, variationId: HERO.variationIds[1] } },
          {
            eventType: 'conversion',
            data: {
              goalId: '300985003',
              goalData: [
                { key: 'amount', value: 49.99 },
                { key: 'transactionId', value: 't-1' },
              ],
              bucketingData: { [HERO.id]: HERO.variationIds[1] },
            },
          },
        ],
      },
    ]);
    expect(collector.requests.map(({ path }) => path)).toEqual(['/v1/track/30098000/30098100']);
  });

  it('takes beacons, which say text/plain', async () => {
    const response = await send([SHOWN], { 'content-type': 'text/plain;charset=UTF-8' });
    expect(await outcome(response)).toEqual([202, { accepted: 1, rejected: [] }]);
  });

  it('counts an exposure once, however often it is reported', async () => {
    await send([SHOWN, SHOWN]);
    await send([SHOWN]);
    expect(await collected()).toEqual([
      { visitorId: 'visitor-1', segments: SEGMENTS, events: [expect.objectContaining({})] },
    ]);
  });

  it('credits a conversion with what the browser has shown, as far as the config knows it', async () => {
    const exposed = { [PRICING.id]: PRICING.variationIds[0], [HERO.id]: '1', constructor: 'x', __proto__: 'y' };
    await send([{ type: 'conversion', goalKey: 'plan-selected', exposed }]);
    expect(await collected()).toEqual([
      {
        visitorId: 'visitor-1',
        segments: SEGMENTS,
        events: [
          {
            eventType: 'conversion',
            data: { goalId: '300985006', bucketingData: { [PRICING.id]: PRICING.variationIds[0] } },
          },
        ],
      },
    ]);
  });

  it('names the events it does not take, and takes the others', async () => {
    const response = await send([
      { type: 'exposure', experienceId: HERO.id, variationId: '1' },
      { type: 'exposure', experienceId: 'constructor', variationId: '__proto__' },
      { type: 'exposure', experienceId: HERO.id },
      { type: 'exposure', experienceId: 3009860001, variationId: 3009870001 },
      { type: 'purchase' },
      null,
      { type: 'conversion', goalKey: 'no-such-goal' },
      { type: 'conversion', goalKey: '__proto__' },
      { type: 'conversion', goalKey: 'purchase', revenue: '49' },
      { type: 'conversion', goalKey: 'purchase', conversionData: { transactionId: { a: 1 } } },
      { type: 'conversion', goalKey: 'purchase' },
      { type: 'conversion', goalKey: 'purchase' },
      SHOWN,
    ]);
    expect(await outcome(response)).toEqual([
      202,
      {
        accepted: 2,
        rejected: [
          { index: 0, reason: 'assignment_unknown' },
          { index: 1, reason: 'assignment_unknown' },
          { index: 2, reason: 'event_invalid' },
          { index: 3, reason: 'event_invalid' },
          { index: 4, reason: 'event_invalid' },
          { index: 5, reason: 'event_invalid' },
          { index: 6, reason: 'goal_not_found' },
          { index: 7, reason: 'goal_not_found' },
          { index: 8, reason: 'event_invalid' },
          { index: 9, reason: 'event_invalid' },
          { index: 11, reason: 'deduplicated' },
        ],
      },
    ]);
  });

  it('drops conversion data that the service does not know', async () => {
    await send([{ type: 'conversion', goalKey: 'purchase', conversionData: { password: 'x', customDimension1: 'a' } }]);
    expect(JSON.stringify(await collected())).not.toContain('password');
    expect(JSON.stringify(await collected())).toContain('customDimension1');
  });

  it('counts for the visitor of the cookie, never for one of the body', async () => {
    const body = JSON.stringify({ visitorId: 'victim', events: [{ ...SHOWN, visitorId: 'victim' }] });
    await relay(eventsRequest(body));
    expect(await collected()).toMatchObject([{ visitorId: 'visitor-1' }]);
  });

  it.each(['', 'cv_vid=<bad>', `cv_vid=${'a'.repeat(129)}`, 'other=1'])(
    'refuses a request without a usable visitor cookie: %j',
    async (cookie) => {
      expect(await outcome(await send([SHOWN], { cookie }))).toEqual([400, { error: 'visitor_missing' }]);
      expect(await collected()).toEqual([]);
    },
  );

  it.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['another origin that claims to be this one', { origin: 'https://shop.example.evil.example' }],
    ['another port', { origin: 'https://shop.example:8443' }],
    ['an opaque origin', { origin: 'null' }],
    ['a cross-site fetch', { 'sec-fetch-site': 'cross-site' }],
    ['another subdomain', { origin: 'https://blog.shop.example', 'sec-fetch-site': 'same-site' }],
  ])('refuses %s', async (_what, headers: RequestHeaders) => {
    expect(await outcome(await send([SHOWN], headers))).toEqual([403, { error: 'cross_origin' }]);
    expect(await collected()).toEqual([]);
  });

  it('compares the origin with the public host, not with the inner one', async () => {
    const request = new Request('http://localhost:3000/api/convert/events', eventsRequest('{"events":[]}'));
    request.headers.set('host', 'inner:3000');
    request.headers.set('x-forwarded-host', 'shop.example');
    expect((await relay(request)).status).toBe(202);
    request.headers.delete('x-forwarded-host');
    expect((await relay(new Request(request.url, eventsRequest('', { host: 'inner:3000' })))).status).toBe(403);
  });

  it('takes a request that names neither origin nor site: no browser sent it', async () => {
    const request = eventsRequest(JSON.stringify({ events: [SHOWN] }));
    request.headers.delete('origin');
    request.headers.delete('sec-fetch-site');
    expect((await relay(request)).status).toBe(202);
  });

  it.each([
    ['not JSON', 'nonsense', 'json_invalid'],
    ['empty', '', 'json_invalid'],
    ['a list', '[]', 'batch_invalid'],
    ['null', 'null', 'batch_invalid'],
    ['without events', '{}', 'batch_invalid'],
    ['with events that are no list', '{"events":{"length":1}}', 'batch_invalid'],
  ])('refuses a body that is %s', async (_what, body, error) => {
    expect(await outcome(await relay(eventsRequest(body)))).toEqual([400, { error }]);
  });

  it('survives deeply nested JSON', async () => {
    const depth = 30_000;
    const response = await relay(eventsRequest(`{"events":[${'['.repeat(depth)}${']'.repeat(depth)}]}`));
    expect([202, 400]).toContain(response.status);
  });

  it('refuses a body above 64 KiB and stops reading it, whatever Content-Length says', async () => {
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 16_384;
        controller.enqueue(new Uint8Array(16_384).fill(32));
      },
    });
    const response = await relay(eventsRequest(endless, { 'content-length': '10' }));
    expect(await outcome(response)).toEqual([413, { error: 'body_too_large' }]);
    expect(pulled).toBeLessThan(4 * RELAY_MAX_BYTES);
    const declared = await relay(eventsRequest('{}', { 'content-length': '1000000' }));
    expect(declared.status).toBe(413);
  });

  it('takes a body of exactly 64 KiB, counted in bytes', async () => {
    const frame = '{"events":[],"note":""}';
    const padding = RELAY_MAX_BYTES - frame.length;
    const exact = frame.replace('""', `"${'é'.repeat(Math.floor(padding / 2))}${padding % 2 ? '.' : ''}"`);
    expect(new TextEncoder().encode(exact)).toHaveLength(RELAY_MAX_BYTES);
    expect((await relay(eventsRequest(exact))).status).toBe(202);
    expect((await relay(eventsRequest(`${exact} `))).status).toBe(413);
  });

  it('refuses a body that breaks off', async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error('connection reset')),
    });
    expect(await outcome(await relay(eventsRequest(broken)))).toEqual([400, { error: 'body_unreadable' }]);
  });

  it('refuses a batch of more than 500 events', async () => {
    expect((await send(Array(RELAY_MAX_EVENTS).fill(SHOWN))).status).toBe(202);
    expect(await outcome(await send(Array(RELAY_MAX_EVENTS + 1).fill(0)))).toEqual([413, { error: 'too_many_events' }]);
  });

  it('refuses other content types, which forms of other sites could send', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/html', '']) {
      expect((await send([SHOWN], { 'content-type': type })).status).toBe(415);
    }
  });

  it('refuses other methods and other paths', async () => {
    const get = await relay(new Request(`${SITE}/api/convert/events`));
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    const slash = new Request(`${SITE}/api/convert/events/`, eventsRequest('{"events":[]}'));
    expect((await relay(slash)).status).toBe(202);
    const other = new Request(`${SITE}/api/convert/config`, eventsRequest('{}'));
    expect(await outcome(await relay(other))).toEqual([404, { error: 'not_found' }]);
  });

  it('asks the browser to keep its events while there is no config', async () => {
    const waiting = new Core({ sdkKey: 'key', logLevel: 'silent' });
    const response = await browserWith(waiting).sendEvents([SHOWN]);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await response.json()).toEqual({ error: 'config_unavailable' });
    await waiting.close();
  });

  it('answers 503 when there is no Core, and finds one that is made later', async () => {
    let made: Core | null = null;
    const lazy = createRelay({ core: () => made });
    const request = () => postRequest('events', { events: [SHOWN] });
    expect(await outcome(await lazy(request()))).toEqual([503, { error: 'config_unavailable' }]);
    made = core;
    expect((await lazy(request())).status).toBe(202);
  });

  it('says nothing about the project or the visitor in any refusal', async () => {
    const transport = { configUrl: collector.url };
    const secretive = new Core({ sdkKey: 'sdk-key-1/2', sdkKeySecret: 'hush', logLevel: 'silent', transport });
    const { send, sendEvents, choose, ask } = browserWith(secretive);
    const responses = [
      await sendEvents([SHOWN]),
      await send('nonsense', { origin: 'https://evil.example' }),
      await choose({ consent: 'denied' }),
      await ask('/'),
    ];
    for (const response of responses) {
      const text = JSON.stringify([[...response.headers], await response.text()]);
      expect(text).not.toMatch(/sdk-key-1|hush|convertexperiments|visitor-1/);
    }
    await secretive.close();
  });
});

describe('errors of variations', () => {
  const ERROR = { type: 'error', experienceId: HERO.id, variationId: HERO.variationIds[1] };

  it('are counted here, and not by Convert', async () => {
    const other = { ...ERROR, variationId: '404' };
    const response = await send([ERROR, ERROR, other, { ...ERROR, experienceId: 7 }]);
    const rejected = [
      { index: 2, reason: 'assignment_unknown' },
      { index: 3, reason: 'event_invalid' },
    ];
    expect(await outcome(response)).toEqual([202, { accepted: 2, rejected }]);
    const [hero] = core.health().experiences;
    expect(hero?.variations.map(({ errors }) => errors)).toEqual([0, 2, 0]);
    expect(await collected()).toEqual([]);
  });
});

it('nothing is taken from a browser that previews', async () => {
  const cookie = `cv_vid=visitor-1; cv_preview=${HERO.id}.${HERO.variationIds[2]}`;
  const bought = { type: 'conversion', goalKey: 'purchase' };
  const response = await send([SHOWN, bought], { cookie });
  const rejected = [0, 1].map((index) => ({ index, reason: 'preview' }));
  expect(await outcome(response)).toEqual([202, { accepted: 0, rejected }]);
  expect(await collected()).toEqual([]);
  await send([SHOWN], { cookie: 'cv_vid=visitor-1; cv_preview=junk' });
  expect(await collected()).toHaveLength(1);
});
