import type { Core } from '@convert-fullstack/core';
import { RELAY_MAX_BYTES, type RelayEvent } from '@convert-fullstack/core/bridge';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RELAY_MAX_EVENTS, relay } from '../src/index.ts';
import { type Collector, startCollector } from './collector.ts';
import { HERO, PRICING, sampleCore } from './sample-project.ts';

const SITE = 'https://shop.example';
const SHOWN: RelayEvent = { type: 'exposure', experienceId: HERO.id, variationId: HERO.variationIds[1] as string };

let collector: Collector;
let core: Core;

beforeEach(async () => {
  collector = await startCollector();
  core = sampleCore({ transport: { trackUrl: collector.url } });
});
afterEach(async () => {
  await core.close();
  await collector[Symbol.asyncDispose]();
});

function eventsRequest(body: BodyInit, headers: Record<string, string> = {}): Request {
  return new Request(`${SITE}/api/convert/events`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      cookie: 'cv_vid=visitor-1',
      origin: SITE,
      'sec-fetch-site': 'same-origin',
      host: 'shop.example',
      ...headers,
    },
    ...(body instanceof ReadableStream && { duplex: 'half' }),
  });
}

const send = (events: unknown, headers?: Record<string, string>) =>
  relay(eventsRequest(JSON.stringify({ events }), headers), { core });

async function outcome(response: Response): Promise<[number, unknown]> {
  return [response.status, await response.json()];
}

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
    expect(response.headers.get('cache-control')).toBe('private, no-store');
    expect(await collected()).toEqual([
      {
        visitorId: 'visitor-1',
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
    expect(await collected()).toEqual([{ visitorId: 'visitor-1', events: [expect.objectContaining({})] }]);
  });

  it('credits a conversion with what the browser has shown, as far as the config knows it', async () => {
    const exposed = { [PRICING.id]: PRICING.variationIds[0], [HERO.id]: '1', constructor: 'x', __proto__: 'y' };
    await send([{ type: 'conversion', goalKey: 'plan-selected', exposed }]);
    expect(await collected()).toEqual([
      {
        visitorId: 'visitor-1',
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
    await relay(eventsRequest(body), { core });
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
  ])('refuses %s', async (_what, headers: Record<string, string>) => {
    expect(await outcome(await send([SHOWN], headers))).toEqual([403, { error: 'cross_origin' }]);
    expect(await collected()).toEqual([]);
  });

  it('compares the origin with the public host, not with the inner one', async () => {
    const request = new Request('http://localhost:3000/api/convert/events', eventsRequest('{"events":[]}'));
    request.headers.set('host', 'inner:3000');
    request.headers.set('x-forwarded-host', 'shop.example');
    expect((await relay(request, { core })).status).toBe(202);
    request.headers.delete('x-forwarded-host');
    expect((await relay(new Request(request.url, eventsRequest('', { host: 'inner:3000' })), { core })).status).toBe(
      403,
    );
  });

  it('takes a request that names neither origin nor site: no browser sent it', async () => {
    const request = eventsRequest(JSON.stringify({ events: [SHOWN] }));
    request.headers.delete('origin');
    request.headers.delete('sec-fetch-site');
    expect((await relay(request, { core })).status).toBe(202);
  });

  it.each([
    ['not JSON', 'nonsense', 'json_invalid'],
    ['empty', '', 'json_invalid'],
    ['a list', '[]', 'batch_invalid'],
    ['null', 'null', 'batch_invalid'],
    ['without events', '{}', 'batch_invalid'],
    ['with events that are no list', '{"events":{"length":1}}', 'batch_invalid'],
  ])('refuses a body that is %s', async (_what, body, error) => {
    expect(await outcome(await relay(eventsRequest(body), { core }))).toEqual([400, { error }]);
  });

  it('survives deeply nested JSON', async () => {
    const depth = 30_000;
    const response = await relay(eventsRequest(`{"events":[${'['.repeat(depth)}${']'.repeat(depth)}]}`), { core });
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
    const response = await relay(eventsRequest(endless, { 'content-length': '10' }), { core });
    expect(await outcome(response)).toEqual([413, { error: 'body_too_large' }]);
    expect(pulled).toBeLessThan(4 * RELAY_MAX_BYTES);
    const declared = await relay(eventsRequest('{}', { 'content-length': '1000000' }), { core });
    expect(declared.status).toBe(413);
  });

  it('takes a body of exactly 64 KiB, counted in bytes', async () => {
    const frame = '{"events":[],"note":""}';
    const padding = RELAY_MAX_BYTES - frame.length;
    const exact = frame.replace('""', `"${'é'.repeat(Math.floor(padding / 2))}${padding % 2 ? '.' : ''}"`);
    expect(new TextEncoder().encode(exact)).toHaveLength(RELAY_MAX_BYTES);
    expect((await relay(eventsRequest(exact), { core })).status).toBe(202);
    expect((await relay(eventsRequest(`${exact} `), { core })).status).toBe(413);
  });

  it('refuses a body that breaks off', async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error('connection reset')),
    });
    expect(await outcome(await relay(eventsRequest(broken), { core }))).toEqual([400, { error: 'body_unreadable' }]);
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
    const get = await relay(new Request(`${SITE}/api/convert/events`), { core });
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    const slash = new Request(`${SITE}/api/convert/events/`, eventsRequest('{"events":[]}'));
    expect((await relay(slash, { core })).status).toBe(202);
    const other = new Request(`${SITE}/api/convert/config`, eventsRequest('{}'));
    expect(await outcome(await relay(other, { core }))).toEqual([404, { error: 'not_found' }]);
  });

  it('asks the browser to keep its events while there is no config', async () => {
    const { Core: RealCore } = await import('@convert-fullstack/core');
    const waiting = new RealCore({ sdkKey: 'key', logLevel: 'silent' });
    const response = await relay(eventsRequest(JSON.stringify({ events: [SHOWN] })), { core: waiting });
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await response.json()).toEqual({ error: 'config_unavailable' });
    await waiting.close();
  });

  it('says nothing about the project in any refusal', async () => {
    const { Core: RealCore } = await import('@convert-fullstack/core');
    const secretive = new RealCore({ sdkKey: 'sdk-key-1/2', sdkKeySecret: 'hush', logLevel: 'silent' });
    const requests = [
      eventsRequest('{}'),
      eventsRequest('nonsense', { origin: 'https://evil.example' }),
      new Request(`${SITE}/api/convert/payload?url=/`, { headers: { cookie: 'cv_vid=a', host: 'shop.example' } }),
    ];
    for (const request of requests) {
      const response = await relay(request, { core: secretive });
      const text = JSON.stringify([[...response.headers], await response.text()]);
      expect(text).not.toMatch(/sdk-key-1|hush|convertexperiments/);
    }
    await secretive.close();
  });
});

describe('GET …/payload', () => {
  const ask = (url: string, headers: Record<string, string> = {}) =>
    relay(
      new Request(`${SITE}/api/convert/payload?url=${encodeURIComponent(url)}`, {
        headers: { cookie: 'cv_vid=visitor-1', host: 'shop.example', 'x-forwarded-proto': 'https', ...headers },
      }),
      { core, attributes: ({ cookies }) => ({ loyalty_member: cookies.get('loyal') === 'yes' }) },
    );
  const keysOf = async (response: Response) => {
    const { experiences } = (await response.json()) as { experiences: { experienceKey: string }[] };
    return experiences.map(({ experienceKey }) => experienceKey);
  };

  it('decides for the cookie’s visitor at a page of this site', async () => {
    const response = await ask('/pricing?plan=a');
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'private, no-store']);
    const keys = await keysOf(response);
    expect(keys).toContain('pricing-page');
    expect(keys).not.toContain('home-hero');
    expect(await keysOf(await ask(`${SITE}/`))).toContain('home-hero');
  });

  it('leaves nothing behind', async () => {
    await ask('/pricing');
    expect(await collected()).toEqual([]);
  });

  it('knows the application’s own attributes', async () => {
    expect(await keysOf(await ask('/'))).not.toContain('loyalty-perks');
    expect(await keysOf(await ask('/', { cookie: 'cv_vid=visitor-1; loyal=yes' }))).toContain('loyalty-perks');
  });

  it.each(['https://evil.example/', '//evil.example/', 'javascript:alert(1)', '', 'http://', `/${'a'.repeat(3_000)}`])(
    'refuses %j',
    async (url) => {
      expect(await outcome(await ask(url))).toEqual([400, { error: 'url_invalid' }]);
    },
  );

  it('decides nothing for nobody', async () => {
    expect(await outcome(await ask('/pricing', { cookie: '' }))).toEqual([
      200,
      { version: 1, visitorId: null, experiences: [], goals: [] },
    ]);
  });

  it('refuses another site and other methods', async () => {
    expect((await ask('/', { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    const post = await relay(new Request(`${SITE}/api/convert/payload`, { method: 'POST' }), { core });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET']);
  });

  it('reports a failure of the application’s attributes and answers 503', async () => {
    const errors: unknown[] = [];
    const response = await relay(
      new Request(`${SITE}/api/convert/payload?url=/`, {
        headers: { cookie: 'cv_vid=a', host: 'shop.example', 'x-forwarded-proto': 'https' },
      }),
      {
        core,
        attributes: () => {
          throw new Error('no session');
        },
        onError: (error) => errors.push(error),
      },
    );
    expect(response.status).toBe(503);
    expect(errors).toEqual([new Error('no session')]);
  });
});
