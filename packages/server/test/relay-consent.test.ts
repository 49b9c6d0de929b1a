import { Core, type DataStore, type StoredVisitor } from '@convert-fullstack/core';
import { RECEIPT_COOKIE } from '@convert-fullstack/core/bridge';
import { type MemoryTransport, memoryTransport } from '@convert-fullstack/core/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRelay } from '../src/relay.ts';
import type { RequestSource } from '../src/visitor-options.ts';
import { BOUGHT, browserWith, cookiesOf, outcome, postRequest, SHOWN, SITE } from './relay-requests.ts';
import { sampleCore } from './sample-project.ts';

const PAGE_ID = '5a1f5057-a703-49da-a8de-345f34b178ea';
const GRANTED = { consent: 'granted', visitorId: PAGE_ID };
const DENIED = { consent: 'denied' };
const GOOGLEBOT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';

/** How the shop reads the choice that its banner has stored. */
const consent = ({ cookies }: RequestSource) => (cookies.get('consent') === 'yes' ? 'granted' : 'pending');
const AGREED = { cookie: 'consent=yes' };

let transport: MemoryTransport;
let core: Core;

beforeEach(() => {
  transport = memoryTransport();
  core = sampleCore({ transport });
});
afterEach(() => core.close());

describe('when a visitor agrees', () => {
  it('the id that the page was made with is kept', async () => {
    const { choose } = browserWith(core, { consent });
    const response = await choose(GRANTED, AGREED);
    expect(await outcome(response)).toEqual([200, { visitorId: PAGE_ID }]);
    expect(response.headers.getSetCookie()).toEqual([
      `cv_vid=${PAGE_ID}; Max-Age=31536000; Path=/; Secure; SameSite=Lax`,
    ]);
    expect(response.headers.get('cache-control')).toBe('private, no-cache');
  });

  it('the cookie is Secure where the relay is, on https without a proxy as well', async () => {
    const { choose, send } = browserWith(core, { consent });
    const direct = { ...AGREED, 'x-forwarded-proto': '' };
    expect((await choose(GRANTED, direct)).headers.getSetCookie()[0]).toContain('; Secure');
    const sent = await send(
      { id: 'batch00001', isLeaving: true, events: [SHOWN] },
      { ...direct, cookie: 'consent=yes; cv_vid=visitor-1' },
    );
    expect(sent.headers.getSetCookie()[0]).toContain('; Secure');
    const plain = { ...AGREED, 'x-forwarded-proto': 'http' };
    expect((await choose(GRANTED, plain)).headers.getSetCookie()[0]).not.toContain('Secure');
  });

  it('events count for that id from then on', async () => {
    const { choose, sendEvents } = browserWith(core, { consent });
    const { cv_vid } = cookiesOf(await choose(GRANTED, AGREED));
    expect((await sendEvents([SHOWN], { cookie: `consent=yes; cv_vid=${cv_vid}` })).status).toBe(202);
    await core.flush();
    expect(transport.events).toMatchObject([{ visitorId: PAGE_ID }]);
  });

  it('whom the browser knows already stays who they are', async () => {
    const { choose } = browserWith(core, { consent });
    const response = await choose(GRANTED, { cookie: 'consent=yes; cv_vid=visitor-1' });
    expect([await outcome(response), response.headers.getSetCookie()]).toEqual([[200, { visitorId: 'visitor-1' }], []]);
  });

  it('the application’s own id comes before both', async () => {
    const { choose } = browserWith(core, { consent, visitorId: ({ cookies }) => cookies.get('session') });
    const response = await choose(GRANTED, { cookie: 'consent=yes; cv_vid=visitor-1; session=user-7' });
    expect(await outcome(response.clone())).toEqual([200, { visitorId: 'user-7' }]);
    expect(cookiesOf(response)).toEqual({ cv_vid: 'user-7' });
  });

  it('an HttpOnly id is kept without telling scripts', async () => {
    const { choose } = browserWith(core, { consent, cookie: { name: 'shop_visitor', httpOnly: true } });
    const response = await choose(GRANTED, AGREED);
    expect(await outcome(response.clone())).toEqual([200, {}]);
    expect(response.headers.getSetCookie()).toEqual([
      `shop_visitor=${PAGE_ID}; Max-Age=31536000; Path=/; HttpOnly; Secure; SameSite=Lax`,
    ]);
  });

  it('nothing is kept unless the application’s `consent` says so too', async () => {
    for (const answer of ['pending', 'denied'] as const) {
      const { choose } = browserWith(core, { consent: () => answer });
      const response = await choose(GRANTED, AGREED);
      expect([await outcome(response), response.headers.getSetCookie()]).toEqual([
        [403, { error: 'consent_missing' }],
        [],
      ]);
    }
  });

  it('the page is told to ask again while nobody knows what a privacy signal means', async () => {
    const waiting = new Core({ sdkKey: 'key', logLevel: 'silent', transport });
    const { choose } = browserWith(waiting, { consent });
    const response = await choose(GRANTED, { ...AGREED, 'sec-gpc': '1' });
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(await outcome(response)).toEqual([503, { error: 'config_unavailable' }]);
    expect((await choose(GRANTED, AGREED)).status).toBe(200);
    await waiting.close();
  });

  it('a bot is not kept', async () => {
    const { choose } = browserWith(core);
    const response = await choose(GRANTED, { ...AGREED, 'user-agent': GOOGLEBOT });
    expect([await outcome(response), response.headers.getSetCookie()]).toEqual([[403, { error: 'automated' }], []]);
  });
});

describe('when a visitor refuses', () => {
  const KNOWN = { cookie: `cv_vid=visitor-1; ${RECEIPT_COOKIE}=x; theme=dark` };

  it('the cookies are erased where they were set, and no others', async () => {
    const { choose } = browserWith(core, { cookie: { domain: '.shop.example' } });
    const response = await choose(DENIED, KNOWN);
    expect(await outcome(response.clone())).toEqual([200, {}]);
    expect(cookiesOf(response)).toEqual({ cv_vid: null, [RECEIPT_COOKIE]: null });
    for (const cookie of response.headers.getSetCookie()) expect(cookie).toContain('Domain=.shop.example; Path=/');
  });

  it('nothing is erased that the browser does not have', async () => {
    const response = await browserWith(core).choose(DENIED, { cookie: 'theme=dark' });
    expect([await outcome(response), response.headers.getSetCookie()]).toEqual([[200, {}], []]);
  });

  it('what is stored and waiting is forgotten', async () => {
    const { choose, sendEvents } = browserWith(core);
    await sendEvents([SHOWN, BOUGHT, { type: 'attributes', values: { plan: 'gold' } }]);
    await choose(DENIED, KNOWN);
    await core.flush();
    expect(transport.events).toEqual([]);
    expect((await core.loadContext('visitor-1')).attributes).toEqual({});
  });

  it('others keep what is theirs', async () => {
    const { choose, sendEvents } = browserWith(core);
    await sendEvents([BOUGHT], { cookie: 'cv_vid=visitor-2' });
    await choose({ ...DENIED, visitorId: 'visitor-2' }, KNOWN);
    await core.flush();
    expect(transport.events).toMatchObject([{ visitorId: 'visitor-2' }]);
  });

  it('the application’s own id is forgotten as well as the cookie’s, whatever `consent` says by then', async () => {
    const forget = vi.spyOn(core, 'forget');
    const { choose } = browserWith(core, {
      consent: () => 'denied',
      visitorId: ({ cookies }) => cookies.get('session'),
    });
    await choose(DENIED, { cookie: 'cv_vid=visitor-1; session=user-7' });
    await choose(DENIED, { cookie: 'cv_vid=user-7; session=user-7' });
    expect(forget.mock.calls).toEqual([['user-7'], ['visitor-1'], ['user-7']]);
  });

  it('they are asked again while the config, and with it the key of what is stored, is missing', async () => {
    const waiting = new Core({ sdkKey: 'key', logLevel: 'silent', transport });
    const response = await browserWith(waiting).choose(DENIED, KNOWN);
    expect([await outcome(response), response.headers.getSetCookie()]).toEqual([
      [503, { error: 'config_unavailable' }],
      [],
    ]);
    await waiting.close();
  });

  it('cookies are erased where there is no Core at all', async () => {
    expect(cookiesOf(await browserWith(null).choose(DENIED, KNOWN))).toEqual({ cv_vid: null, [RECEIPT_COOKIE]: null });
  });

  it('a DataStore is emptied of them', async () => {
    const stored = new Map<string, StoredVisitor>();
    const dataStore: DataStore = {
      get: async (key) => stored.get(key),
      set: async (key, value) => void stored.set(key, value),
    };
    core = sampleCore({ transport, dataStore });
    const { choose, sendEvents } = browserWith(core);
    await sendEvents([SHOWN, BOUGHT]);
    await vi.waitFor(() => expect(JSON.stringify([...stored])).toContain('300985003'));
    await choose(DENIED, KNOWN);
    expect([...stored.values()]).toEqual([{}]);
  });
});

describe('POST …/consent', () => {
  it.each([
    ['no choice', {}],
    ['another word', { consent: 'pending' }],
    ['a list', [{ consent: 'denied' }]],
    ['nothing', null],
    ['an agreement without an id', { consent: 'granted' }],
    ['an id that is none', { consent: 'granted', visitorId: 'a b' }],
    ['an id with a line break', { consent: 'granted', visitorId: 'a\r\nSet-Cookie: x=1' }],
    ['an endless id', { consent: 'granted', visitorId: 'a'.repeat(129) }],
    ['an id that is an object', { consent: 'granted', visitorId: { toString: 'x' } }],
  ])('refuses %s', async (_what, body) => {
    const response = await browserWith(core).choose(body, AGREED);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(await outcome(response)).toEqual([400, { error: 'consent_invalid' }]);
  });

  it('refuses bodies above 1 kB and bodies that are no JSON', async () => {
    const { choose } = browserWith(core);
    expect(await outcome(await choose({ ...GRANTED, note: 'x'.repeat(1_024) }))).toEqual([
      413,
      { error: 'body_too_large' },
    ]);
    expect(await outcome(await choose('nonsense'))).toEqual([400, { error: 'json_invalid' }]);
  });

  it('refuses other sites, other content types and other methods', async () => {
    const { choose } = browserWith(core);
    expect((await choose(DENIED, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await choose(DENIED, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await choose(DENIED, { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(415);
    const get = await createRelay({ core })(new Request(`${SITE}/api/convert/consent`));
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('takes beacons, which say text/plain', async () => {
    const beacon = postRequest('consent', DENIED, { 'content-type': 'text/plain;charset=UTF-8' });
    expect((await createRelay({ core })(beacon)).status).toBe(200);
  });

  it('lets one visitor change their mind only so often', async () => {
    const { choose } = browserWith(core, { requestsPerMinute: 2 });
    const statuses = [];
    for (const choice of [GRANTED, DENIED, GRANTED, DENIED]) statuses.push((await choose(choice)).status);
    expect(statuses).toEqual([200, 200, 429, 429]);
  });
});
