import { Core, type Payload } from '@convert-fullstack/core';
import { type MemoryTransport, memoryTransport, projectConfig } from '@convert-fullstack/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { visitorRefOf } from '../src/visitor-id.ts';
import type { RequestSource } from '../src/visitor-options.ts';
import { BOUGHT, browserWith, outcome, SHOWN, SITE } from './relay-requests.ts';
import { HERO, PRICING, sampleCore } from './sample-project.ts';

let transport: MemoryTransport;
let core: Core;

beforeEach(() => {
  transport = memoryTransport();
  core = sampleCore({ transport });
});
afterEach(() => core.close());

async function counted(): Promise<string[]> {
  await core.flush();
  return transport.events.map(({ visitorId, eventType }) => `${visitorId} ${eventType}`);
}

describe('events are counted for the visitor', () => {
  it('of the cookie, never for one of the body', async () => {
    const { send } = browserWith(core);
    await send({ visitorId: 'victim', events: [{ ...SHOWN, visitorId: 'victim' }] });
    expect(await counted()).toEqual(['visitor-1 bucketing']);
  });

  it('of the application’s session, whatever the cookie says', async () => {
    const { sendEvents } = browserWith(core, { visitorId: ({ cookies }) => cookies.get('session') });
    await sendEvents([BOUGHT], { cookie: 'cv_vid=visitor-1; session=user-7' });
    await sendEvents([BOUGHT], { cookie: 'session=user-8' });
    await sendEvents([BOUGHT], { cookie: 'cv_vid=visitor-1' });
    expect(await counted()).toEqual(['user-7 conversion', 'user-8 conversion', 'visitor-1 conversion']);
  });

  it('of a cookie by another name', async () => {
    const { sendEvents } = browserWith(core, { cookie: { name: 'shop_visitor' } });
    await sendEvents([BOUGHT], { cookie: 'cv_vid=visitor-1; shop_visitor=visitor-2' });
    expect(await counted()).toEqual(['visitor-2 conversion']);
    expect(await outcome(await sendEvents([BOUGHT]))).toEqual([400, { error: 'visitor_missing' }]);
  });
});

describe('nothing is counted for', () => {
  const GOOGLEBOT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';

  it.each([
    ['a crawler', { 'user-agent': GOOGLEBOT }],
    ['a script', { 'user-agent': 'curl/8.5.0' }],
    ['whoever does not say who they are', { 'user-agent': '' }],
  ])('%s', async (_who, headers) => {
    const { sendEvents } = browserWith(core);
    expect(await outcome(await sendEvents([SHOWN, BOUGHT], headers))).toEqual([403, { error: 'automated' }]);
    expect(await counted()).toEqual([]);
  });

  it('whom the application calls a bot, and it may say that nobody is', async () => {
    const { sendEvents } = browserWith(core, { isBot: ({ headers }) => headers.has('x-uptime-check') });
    expect((await sendEvents([BOUGHT], { 'x-uptime-check': '1' })).status).toBe(403);
    expect((await sendEvents([BOUGHT], { 'user-agent': GOOGLEBOT })).status).toBe(202);
    expect(await counted()).toEqual(['visitor-1 conversion']);
  });

  it.each(['pending', 'denied', 'yes', true, null, undefined])('a visitor whose consent is %j', async (answer) => {
    // What an application written in JavaScript may answer.
    const { sendEvents } = browserWith(core, { consent: () => answer as 'granted' });
    expect(await outcome(await sendEvents([SHOWN, BOUGHT]))).toEqual([403, { error: 'consent_missing' }]);
    expect(await counted()).toEqual([]);
  });

  it('a visitor who was granted nothing yet on this very page', async () => {
    const seen: unknown[] = [];
    const consent = ({ url, cookies }: RequestSource) => {
      seen.push(url?.href ?? null);
      return cookies.get('consent') === 'yes' ? 'granted' : 'pending';
    };
    const { sendEvents } = browserWith(core, { consent });
    expect((await sendEvents([BOUGHT], { referer: `${SITE}/cart?step=2` })).status).toBe(403);
    const cookie = 'cv_vid=visitor-1; consent=yes';
    expect((await sendEvents([BOUGHT], { cookie, referer: 'https://evil.example/cart' })).status).toBe(202);
    expect(seen).toEqual([`${SITE}/cart?step=2`, null]);
  });

  it.each(['consent', 'isBot', 'visitorId'] as const)('anybody while the application’s `%s` throws', async (name) => {
    const errors: unknown[] = [];
    const failing = () => {
      throw new Error('session-secret-1');
    };
    const { sendEvents } = browserWith(core, { [name]: failing, onError: (error) => errors.push(error) });
    const response = await sendEvents([SHOWN, BOUGHT]);
    expect(response.headers.get('retry-after')).toBe('5');
    expect(await outcome(response)).toEqual([503, { error: 'unavailable' }]);
    expect(errors).toEqual([new Error('session-secret-1')]);
    expect(await counted()).toEqual([]);
  });
});

describe('a privacy signal', () => {
  const withPrivacy = (settings: object): Core => {
    const data = { ...projectConfig({ goals: ['purchase'] }), project: { id: '2002', name: 'Shop', settings } };
    return new Core({ data, logLevel: 'silent', transport });
  };

  it('is honoured where the project’s settings say so', async () => {
    core = withPrivacy({ global_privacy_control: 'EU ONLY' });
    const { sendEvents } = browserWith(core);
    const from = async (country: string) =>
      (await sendEvents([BOUGHT], { 'sec-gpc': '1', 'cf-ipcountry': country, cookie: `cv_vid=from-${country}` }))
        .status;
    expect([await from('DE'), await from('US'), await from('XX')]).toEqual([403, 202, 403]);
    expect((await sendEvents([BOUGHT])).status).toBe(202);
    expect(await counted()).toEqual(['from-US conversion', 'visitor-1 conversion']);
  });

  it('makes the browser keep its events while the settings are unknown, not lose them', async () => {
    const waiting = new Core({ sdkKey: 'key', logLevel: 'silent', transport });
    const { sendEvents } = browserWith(waiting);
    const response = await sendEvents([BOUGHT], { 'sec-gpc': '1' });
    expect(await outcome(response)).toEqual([503, { error: 'config_unavailable' }]);
    await waiting.close();
  });
});

describe('a page that was made for somebody else', () => {
  const mixed = [
    SHOWN,
    { ...BOUGHT, exposed: { [PRICING.id]: PRICING.variationIds[0] } },
    trait('attributes'),
    trait('segments'),
  ];

  function trait(type: string) {
    return { type, values: { plan: 'gold' } };
  }

  it('has its conversions counted for the visitor, and nothing it showed or knew', async () => {
    const { send } = browserWith(core);
    expect(await outcome(await send({ visitor: 'visitor-before-login', events: mixed }))).toEqual([
      202,
      {
        accepted: 1,
        rejected: [0, 2, 3].map((index) => ({ index, reason: 'visitor_changed' })),
      },
    ]);
    await core.flush();
    expect(transport.events).toEqual([
      { visitorId: 'visitor-1', eventType: 'conversion', data: { goalId: '300985003' } },
    ]);
    expect((await core.loadContext('visitor-1')).attributes).toEqual({});
  });

  it.each(['id', 'ref'])('is not one that names the visitor by %s', async (name) => {
    const visitor = name === 'id' ? 'visitor-1' : await visitorRefOf('visitor-1');
    const { send } = browserWith(core);
    expect(await outcome(await send({ visitor, events: mixed }))).toEqual([202, { accepted: 4, rejected: [] }]);
    await core.flush();
    expect(transport.events).toHaveLength(2);
    expect(transport.events[1]?.data).toMatchObject({
      bucketingData: { [HERO.id]: HERO.variationIds[1], [PRICING.id]: PRICING.variationIds[0] },
    });
  });

  it('is told apart where the browser does not know the id either', async () => {
    const { ask, send } = browserWith(core, { cookie: { httpOnly: true } });
    const { visitorRef } = (await (await ask('/')).json()) as Payload;
    const second = { cookie: 'cv_vid=visitor-2' };
    expect(await (await send({ visitor: visitorRef, events: [SHOWN] })).json()).toMatchObject({ accepted: 1 });
    expect(await (await send({ visitor: visitorRef, events: [SHOWN] }, second)).json()).toMatchObject({ accepted: 0 });
    expect(await counted()).toEqual(['visitor-1 bucketing']);
  });
});
