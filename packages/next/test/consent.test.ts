import './async-storage.ts';
import type { DataStore, Payload, StoredVisitor } from '@convert-fullstack/core';
import { memoryTransport } from '@convert-fullstack/core/testing';
import { isBot as isKnownBot, visitorRefOf } from '@convert-fullstack/server';
import { NextRequest, NextResponse } from 'next/server.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Consent, Convert, ConvertOptions, ProxyVisitor, RequestSource } from '../src/index.ts';
import {
  convertWith,
  event,
  HERO,
  headersOfPage,
  pageRequest,
  recordLogs,
  resetProcess,
  run,
  sampleProject,
  startService,
  VISIT,
  visitorOf,
} from './fixtures.ts';
import { inRequest } from './request-scope.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const GOOGLEBOT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';
const ORIGINAL = { version: 1, visitorId: null, experiences: [], goals: [] };
const TRACKING_OFF = { status: 'tracking_off', tracked: false, reason: 'tracking_off' };

beforeEach(resetProcess);
afterEach(resetProcess);

/** An application that asks for consent and keeps the answer in a cookie. */
const ASKS: ConvertOptions = {
  consent: ({ cookies }) =>
    cookies.get('consent') === 'yes' ? 'granted' : cookies.has('consent') ? 'denied' : 'pending',
};

interface Visited {
  /** The request's `Set-Cookie` values. */
  readonly setCookies: readonly string[];
  readonly cacheControl: string | null;
  /** The request headers that the page sees. */
  readonly page: Headers;
  /** What the page hands to the browser. */
  readonly payload: Payload;
  /** The same from a page in a process that cannot read the proxy's header. */
  readonly payloadElsewhere: Payload;
  readonly visitor: Awaited<ReturnType<Convert['visitor']>>;
  readonly conversion: Awaited<ReturnType<Convert['trackConversion']>>;
}

/** One visit to the home page, through the proxy and the page behind it. */
async function visit(options: ConvertOptions, headers: Record<string, string> = {}, method = 'GET'): Promise<Visited> {
  const convert = convertWith(options);
  const answer = await run(convert.proxy(), pageRequest('/', headers, { method }));
  const page = headersOfPage(answer);
  const { result } = await inRequest(new NextRequest('http://localhost:3000/', { headers: page }), async () => ({
    payload: await convert.payload(),
    visitor: await convert.visitor(),
    conversion: await convert.trackConversion('purchase'),
  }));
  const unsigned = new Headers(page);
  unsigned.delete(VISIT);
  const payloadElsewhere = await convert.payload({ headers: unsigned, url: '/' });
  const setCookies = answer.headers.getSetCookie();
  return { ...result, payloadElsewhere, page, setCookies, cacheControl: answer.headers.get('cache-control') };
}

const keysOf = ({ experiences }: Payload) => experiences.map(({ experienceKey }) => experienceKey);

describe('while consent is granted', () => {
  it('a new visitor is kept, and counted', async () => {
    const { setCookies, page, payload, payloadElsewhere, visitor, conversion } = await visit(ASKS, {
      cookie: 'consent=yes',
    });
    const visitorId = visitorOf(page);
    expect(visitorId).toMatch(UUID);
    expect(setCookies).toEqual([`cv_vid=${visitorId}; Max-Age=31536000; Path=/; Secure; SameSite=Lax`]);
    expect(payload.visitorId).toBe(visitorId);
    expect(payload).not.toHaveProperty('consent');
    expect(payloadElsewhere.visitorId).toBe(visitorId);
    expect(visitor).toEqual({ visitorId, consent: 'granted' });
    expect(conversion).toMatchObject({ status: 'queued' });
  });
});

describe('while consent is pending', () => {
  it('a new visitor is decided for with an id that lives in the page and the request only', async () => {
    const { setCookies, cacheControl, page, payload, payloadElsewhere } = await visit(ASKS, { cookie: 'theme=dark' });
    const visitorId = visitorOf(page);
    expect(visitorId).toMatch(UUID);
    expect(setCookies).toEqual([]);
    expect(cacheControl).toBeNull();
    expect(page.get('cookie')).toBe(`theme=dark; cv_vid=${visitorId}`);
    expect(payload).toMatchObject({ visitorId, consent: 'pending' });
    expect(keysOf(payload)).toContain(HERO.key);
    expect(payloadElsewhere).toMatchObject({ visitorId, consent: 'pending' });
  });

  it('a known visitor stays who they are, and their cookie what it is', async () => {
    const { setCookies, page, payload } = await visit(ASKS, { cookie: 'cv_vid=visitor-1; cv_receipt=x' });
    expect(setCookies).toEqual([]);
    expect(page.get('cookie')).toBe('cv_vid=visitor-1; cv_receipt=x');
    expect(payload).toMatchObject({ visitorId: 'visitor-1', consent: 'pending' });
  });

  it('nothing is counted, and no server code is told the id', async () => {
    const { visitor, conversion } = await visit(ASKS, { cookie: 'cv_vid=visitor-1' });
    expect(visitor).toEqual({ visitorId: null, consent: 'pending' });
    expect(conversion).toEqual(TRACKING_OFF);
  });

  it('a page without the proxy keeps a known visitor and makes nobody up', async () => {
    const convert = convertWith(ASKS);
    const read = (cookie: string) => convert.payload({ url: '/', headers: pageRequest('/', { cookie }).headers });
    expect(await read('cv_vid=visitor-1')).toMatchObject({ visitorId: 'visitor-1', consent: 'pending' });
    expect(await read('theme=dark')).toEqual({ ...ORIGINAL, consent: 'pending' });
  });

  it('another site that a page is rewritten to learns of no id', async () => {
    const away = () => NextResponse.rewrite('https://cms.example/page');
    const cookieAt = async (options: ConvertOptions) =>
      headersOfPage(await run(convertWith(options).proxy(away), pageRequest('/', { cookie: 'a=1' }))).get('cookie');
    expect(await cookieAt(ASKS)).toBe('a=1');
    expect(await cookieAt({})).toMatch(/^a=1; cv_vid=/);
  });
});

describe('when consent is denied', () => {
  it('what the browser kept is erased, and the page sees no id', async () => {
    const { setCookies, cacheControl, page, payload, payloadElsewhere, visitor, conversion } = await visit(ASKS, {
      cookie: 'consent=no; cv_vid=visitor-1; cv_receipt=x; theme=dark',
    });
    expect(setCookies).toEqual([
      'cv_vid=; Max-Age=0; Path=/; Secure; SameSite=Lax',
      'cv_receipt=; Max-Age=0; Path=/; Secure; SameSite=Lax',
    ]);
    // A shared cache that kept this answer would erase everybody's cookie.
    expect(cacheControl).toBe('private, no-store');
    expect(page.get('cookie')).toBe('consent=no; theme=dark');
    expect([...page.values()].join()).not.toContain('visitor-1');
    expect(payload).toEqual({ ...ORIGINAL, consent: 'denied' });
    expect(payloadElsewhere).toEqual(payload);
    expect(visitor).toEqual({ visitorId: null, consent: 'denied' });
    expect(conversion).toEqual(TRACKING_OFF);
  });

  it('the visitor’s record and waiting events are erased as well, once', async () => {
    const records = new Map<string, StoredVisitor>();
    const dataStore: DataStore = {
      get: (key) => records.get(key),
      set: (key, record) => void records.set(key, record),
    };
    const transport = memoryTransport();
    const convert = convertWith({ ...ASKS, dataStore, transport });
    const headers = pageRequest('/', { cookie: 'consent=yes; cv_vid=visitor-1' }).headers;
    await convert.trackConversion('purchase', { headers });
    expect([...records.values()]).toMatchObject([{ goals: expect.anything() }]);

    const running: Promise<unknown>[] = [];
    const waiting = { ...event, waitUntil: (promise: Promise<unknown>) => void running.push(promise) } as typeof event;
    await convert.proxy()(pageRequest('/', { cookie: 'consent=no; cv_vid=visitor-1' }), waiting);
    await Promise.all(running);
    expect([...records.values()].flatMap((record) => Object.keys(record.goals ?? {}))).toEqual([]);
    expect(running).toHaveLength(1);
    await convert.proxy()(pageRequest('/', { cookie: 'consent=no' }), waiting);
    expect(running).toHaveLength(1);
  });

  it('a browser that keeps nothing gets no cookie, and no id', async () => {
    const { setCookies, cacheControl, page } = await visit(ASKS, { cookie: 'consent=no' });
    expect([setCookies, cacheControl, page.get('cookie')]).toEqual([[], null, 'consent=no']);
  });

  it('a request with nothing but our cookie has none left', async () => {
    const { page } = await visit({ consent: () => 'denied' }, { cookie: 'cv_vid=visitor-1' });
    expect(page.get('cookie')).toBeNull();
  });

  it('the application’s own proxy sees nobody either', async () => {
    let seen: { request: NextRequest; visitor: ProxyVisitor } | undefined;
    const proxy = convertWith(ASKS).proxy((request, visitor) => {
      seen = { request, visitor };
      return undefined;
    });
    await run(proxy, pageRequest('/', { cookie: 'consent=no; cv_vid=visitor-1; cv_receipt=x' }));
    const { request, visitor } = seen ?? expect.fail();
    expect(visitor).toMatchObject({ visitorId: null, consent: 'denied', isBot: false });
    expect(visitor.experience(HERO.key)).toBeNull();
    expect(request.cookies.getAll().map(({ name }) => name)).toEqual(['consent']);
    expect(request.headers.get('cookie')).toBe('consent=no');
  });

  it('another name and domain are erased with the same name and domain', async () => {
    const cookie = { name: 'shop', domain: '.shop.example' };
    const { setCookies } = await visit({ ...ASKS, cookie }, { cookie: 'consent=no; cv_vid=other; shop=visitor-1' });
    expect(setCookies).toEqual(['shop=; Max-Age=0; Domain=.shop.example; Path=/; Secure; SameSite=Lax']);
  });
});

describe('when consent changes', () => {
  const visitWith = (cookie: string) => visit(ASKS, { cookie });

  it('from pending to granted, a browser that kept its id stays the same visitor with the same variations', async () => {
    const pending = await visitWith('theme=dark');
    const { visitorId } = pending.payload;
    const granted = await visitWith(`consent=yes; cv_vid=${visitorId}`);
    expect(granted.setCookies).toEqual([]);
    expect(granted.payload.visitorId).toBe(visitorId);
    expect(granted.payload.experiences).toEqual(pending.payload.experiences);
  });

  it('from granted to denied, everything is erased', async () => {
    const granted = await visitWith('consent=yes');
    const denied = await visitWith(`consent=no; cv_vid=${granted.payload.visitorId}`);
    expect(denied.setCookies).toEqual(['cv_vid=; Max-Age=0; Path=/; Secure; SameSite=Lax']);
    expect(denied.payload).toEqual({ ...ORIGINAL, consent: 'denied' });
  });

  it('from denied to granted, the visitor is a new one', async () => {
    expect((await visitWith('consent=no')).setCookies).toEqual([]);
    const granted = await visitWith('consent=yes');
    expect(granted.payload.visitorId).toMatch(UUID);
    expect(granted.setCookies).toEqual([expect.stringContaining(`cv_vid=${granted.payload.visitorId};`)]);
  });

  it('from granted to pending, the cookie stays and nothing is counted', async () => {
    const pending = await visitWith('cv_vid=visitor-1');
    expect(pending.setCookies).toEqual([]);
    expect(pending.payload).toMatchObject({ visitorId: 'visitor-1', consent: 'pending' });
    expect(pending.conversion).toEqual(TRACKING_OFF);
  });
});

describe('privacy signals', () => {
  const GPC = { 'sec-gpc': '1', cookie: 'cv_vid=visitor-1' };

  function projectThat(setting: string): ConvertOptions {
    const data = sampleProject() as { project?: object };
    return { data: { ...data, project: { ...data.project, settings: { global_privacy_control: setting } } } };
  }

  it('deny consent where the project’s settings say so', async () => {
    const { setCookies, payload } = await visit(projectThat('EU ONLY'), { ...GPC, 'cf-ipcountry': 'FR' });
    expect(setCookies).toEqual(['cv_vid=; Max-Age=0; Path=/; Secure; SameSite=Lax']);
    expect(payload).toEqual({ ...ORIGINAL, consent: 'denied' });
  });

  it('mean nothing elsewhere, and nothing when the project ignores them', async () => {
    expect((await visit(projectThat('EU ONLY'), { ...GPC, 'cf-ipcountry': 'US' })).payload.visitorId).toBe('visitor-1');
    resetProcess();
    expect((await visit(projectThat('OFF'), { ...GPC, 'cf-ipcountry': 'FR' })).payload.visitorId).toBe('visitor-1');
  });

  it('are honoured before the settings are known, but nothing is erased for it', async () => {
    const service = await startService((_request, response) => response.writeHead(503).end());
    const options = { sdkKey: 'sdk-key-8', transport: { configUrl: service.url } };
    const { setCookies, page, payload, payloadElsewhere } = await visit(options, GPC);
    expect(setCookies).toEqual([]);
    expect(page.get('cookie')).toBeNull();
    expect(payload).toEqual({ ...ORIGINAL, consent: 'pending' });
    expect(payloadElsewhere).toEqual(payload);
    // Without a signal there is nothing to wait for.
    expect((await visit(options, { cookie: 'cv_vid=visitor-1' })).payload.visitorId).toBe('visitor-1');
  });
});

describe('a bot', () => {
  it.each([
    ['that says who it is', { 'user-agent': GOOGLEBOT }],
    ['that does not', { 'user-agent': '' }],
  ])('%s gets the original, no cookie and no event', async (_what, headers) => {
    for (const cookie of ['theme=dark', 'theme=dark; cv_vid=visitor-1']) {
      const visited = await visit({}, { ...headers, cookie });
      expect(visited.setCookies).toEqual([]);
      expect(visited.cacheControl).toBeNull();
      expect(visited.page.get('cookie')).toBe(cookie);
      expect(visited.payload).toEqual(ORIGINAL);
      expect(visited.payloadElsewhere).toEqual(ORIGINAL);
      expect(visited.visitor).toEqual({ visitorId: null, consent: 'granted' });
      expect(visited.conversion).toEqual(TRACKING_OFF);
    }
  });

  it('is what a HEAD request counts as', async () => {
    const { setCookies, page, payload } = await visit({}, {}, 'HEAD');
    expect(setCookies).toEqual([]);
    expect(page.get('cookie')).toBeNull();
    expect(payload).toEqual(ORIGINAL);
  });

  it('is whom the application takes for one, instead of those we do or besides', async () => {
    const isUptime = ({ headers }: RequestSource) => headers.has('x-uptime');
    const only: ConvertOptions = { isBot: isUptime };
    expect((await visit(only, { 'x-uptime': '1' })).payload).toEqual(ORIGINAL);
    expect((await visit(only, { 'user-agent': GOOGLEBOT })).payload.visitorId).toMatch(UUID);
    const besides: ConvertOptions = { isBot: (request) => isKnownBot(request) || isUptime(request) };
    expect((await visit(besides, { 'user-agent': GOOGLEBOT })).payload).toEqual(ORIGINAL);
    expect((await visit(besides, { 'x-uptime': '1' })).payload).toEqual(ORIGINAL);
    expect((await visit(besides)).payload.visitorId).toMatch(UUID);
  });

  it('is told to the application’s own proxy, which sees the cookies as they came', async () => {
    let seen: { request: NextRequest; visitor: ProxyVisitor } | undefined;
    const proxy = convertWith().proxy((request, visitor) => {
      seen = { request, visitor };
      return undefined;
    });
    await run(proxy, pageRequest('/', { 'user-agent': GOOGLEBOT, cookie: 'cv_vid=visitor-1' }));
    const { request, visitor } = seen ?? expect.fail();
    expect(visitor).toMatchObject({ visitorId: null, isBot: true, consent: 'granted' });
    expect(request.cookies.get('cv_vid')?.value).toBe('visitor-1');
  });
});

describe('the application’s own visitor id', () => {
  const OWN: ConvertOptions = { visitorId: ({ cookies }) => cookies.get('user') };

  it('is the visitor everywhere, and the cookie follows it', async () => {
    for (const cookie of ['user=u-1', 'user=u-1; cv_vid=visitor-1', 'cv_vid=<bad>; user=u-1']) {
      const { setCookies, page, payload, payloadElsewhere, visitor } = await visit(OWN, { cookie });
      expect(setCookies).toEqual(['cv_vid=u-1; Max-Age=31536000; Path=/; Secure; SameSite=Lax']);
      expect(page.get('cookie')).toBe('user=u-1; cv_vid=u-1');
      expect([payload.visitorId, payloadElsewhere.visitorId, visitor.visitorId]).toEqual(['u-1', 'u-1', 'u-1']);
    }
  });

  it('leaves a cookie that agrees with it alone', async () => {
    const { setCookies, cacheControl } = await visit(OWN, { cookie: 'user=u-1; cv_vid=u-1' });
    expect([setCookies, cacheControl]).toEqual([[], null]);
  });

  it('is used while consent is pending, without a cookie', async () => {
    const { setCookies, payload } = await visit({ ...OWN, ...ASKS }, { cookie: 'user=u-1; cv_vid=visitor-1' });
    expect(setCookies).toEqual([]);
    expect(payload).toMatchObject({ visitorId: 'u-1', consent: 'pending' });
  });

  it('is ignored when it cannot be kept', async () => {
    const { payload, setCookies } = await visit(
      { visitorId: () => 'a\r\nset-cookie: x=1' },
      { cookie: 'cv_vid=visitor-1' },
    );
    expect([payload.visitorId, setCookies]).toEqual(['visitor-1', []]);
  });
});

describe('an HttpOnly cookie', () => {
  const HTTP_ONLY: ConvertOptions = { cookie: { httpOnly: true } };

  it('is the only place that tells the browser’s side the id', async () => {
    const { setCookies, page, payload, visitor } = await visit(HTTP_ONLY);
    const visitorId = visitorOf(page) ?? '';
    expect(setCookies).toEqual([`cv_vid=${visitorId}; Max-Age=31536000; Path=/; HttpOnly; Secure; SameSite=Lax`]);
    expect(payload).toMatchObject({ visitorId: null, visitorRef: await visitorRefOf(visitorId) });
    expect(JSON.stringify(payload)).not.toContain(visitorId);
    expect(keysOf(payload)).toContain(HERO.key);
    expect(visitor.visitorId).toBe(visitorId);
  });

  it('hides the id from narrowed, undecided and repeated payloads too', async () => {
    const convert = convertWith(HTTP_ONLY);
    const visitorRef = await visitorRefOf('visitor-1');
    const headers = pageRequest('/', { cookie: 'cv_vid=visitor-1' }).headers;
    const narrowed = await convert.payload({ headers, url: '/', only: [HERO.key] });
    expect(narrowed).toMatchObject({ visitorId: null, visitorRef });
    expect(keysOf(narrowed)).toEqual([HERO.key]);
    const undecided = convertWith({ ...HTTP_ONLY, data: { error: 'gone' } });
    expect(await undecided.payload({ headers, url: '/' })).toEqual({ ...ORIGINAL, visitorRef });
  });

  it('does not exist yet while consent is pending: the page has the id, and what it will be known by', async () => {
    const { setCookies, page, payload } = await visit({ ...HTTP_ONLY, ...ASKS });
    const visitorId = visitorOf(page) ?? '';
    expect(setCookies).toEqual([]);
    expect(payload).toMatchObject({ visitorId, visitorRef: await visitorRefOf(visitorId), consent: 'pending' });
  });
});

describe('the application’s functions', () => {
  const fail = () => {
    throw new Error('no session');
  };

  it.each([
    ['visitorId', { visitorId: fail }],
    ['consent', { consent: fail }],
    ['isBot', { isBot: fail }],
  ])('may throw: %s costs the experiments, not the page, and is told once', async (_what, options) => {
    const { lines, logger } = recordLogs();
    const failing = { ...options, logger, logLevel: 'warn' } as const;
    for (let i = 0; i < 3; i++) {
      const convert = convertWith(failing);
      const answer = await run(convert.proxy(), pageRequest('/', { cookie: 'cv_vid=visitor-1' }));
      expect(Object.fromEntries(answer.headers)).toEqual({ 'x-middleware-next': '1' });
      const { result } = await inRequest(pageRequest('/', { cookie: 'cv_vid=visitor-1' }), async () => [
        await convert.payload(),
        await convert.visitor(),
        await convert.trackConversion('purchase'),
      ]);
      expect(result).toEqual([
        { ...ORIGINAL, consent: 'pending' },
        { visitorId: null, consent: 'pending' },
        TRACKING_OFF,
      ]);
    }
    expect(lines).toEqual([
      expect.stringMatching(/^warn The proxy failed.*no session/),
      expect.stringMatching(/^warn Recognising a visitor failed.*no session/),
    ]);
  });

  it('may throw what Next.js steers rendering with', async () => {
    const bailout = Object.assign(new Error('dynamic'), { digest: 'DYNAMIC_SERVER_USAGE' });
    const convert = convertWith({
      consent: () => {
        throw bailout;
      },
    });
    const within = (read: () => Promise<unknown>) => inRequest(pageRequest('/'), read);
    await expect(within(() => convert.payload())).rejects.toBe(bailout);
    await expect(within(() => convert.visitor())).rejects.toBe(bailout);
    await expect(within(() => convert.trackConversion('purchase'))).rejects.toBe(bailout);
  });

  it('may answer nonsense: consent is pending then', async () => {
    // What an application that is not type-checked may return.
    const { payload, setCookies } = await visit({ consent: () => 'yes' as Consent }, { cookie: 'cv_vid=visitor-1' });
    expect(payload).toMatchObject({ visitorId: 'visitor-1', consent: 'pending' });
    expect(setCookies).toEqual([]);
  });

  it('are asked once per request in the proxy, and not again by the page behind it', async () => {
    const asked = { consent: 0, visitorId: 0, isBot: 0 };
    const convert = convertWith({
      consent: () => {
        asked.consent++;
        return 'granted';
      },
      visitorId: () => {
        asked.visitorId++;
        return null;
      },
      isBot: () => {
        asked.isBot++;
        return false;
      },
    });
    const answer = await run(convert.proxy(), pageRequest('/'));
    expect(asked).toEqual({ consent: 1, visitorId: 1, isBot: 1 });
    const page = new NextRequest('http://localhost:3000/', { headers: headersOfPage(answer) });
    await inRequest(page, async () => {
      await Promise.all([convert.payload(), convert.experience(HERO.key), convert.visitor()]);
      await convert.trackConversion('purchase');
    });
    expect(asked).toEqual({ consent: 1, visitorId: 1, isBot: 1 });
    await inRequest(pageRequest('/', { cookie: 'cv_vid=a' }), async () => {
      await Promise.all([convert.payload(), convert.experience(HERO.key), convert.visitor()]);
      await convert.trackConversion('purchase');
    });
    expect(asked).toEqual({ consent: 2, visitorId: 2, isBot: 2 });
  });

  it('read the public URL of the page, also when the proxy runs again for a rewritten one', async () => {
    const urls: (string | undefined)[] = [];
    const convert = convertWith({
      consent: ({ url }) => {
        urls.push(url?.href);
        return 'granted';
      },
    });
    const first = await run(convert.proxy(), pageRequest('/pricing'));
    await run(convert.proxy(), pageRequest('/internal/pricing', Object.fromEntries(headersOfPage(first))));
    expect(urls).toEqual(['https://shop.example/pricing', 'https://shop.example/pricing']);
  });
});

describe('a proxy that runs twice for one request', () => {
  it.each([
    ['granted', { cookie: 'consent=yes' }, 1],
    ['pending', {}, 0],
    ['denied', { cookie: 'consent=no; cv_vid=visitor-1' }, 1],
    ['a bot', { 'user-agent': GOOGLEBOT }, 0],
  ])('finds the same visitor and sets no second cookie: %s', async (_what, headers, cookies) => {
    const convert = convertWith(ASKS);
    const seen: ProxyVisitor[] = [];
    const inner = convert.proxy((_request, visitor) => {
      seen.push(visitor);
      return undefined;
    });
    const answer = await run(
      convert.proxy((request, visitor) => {
        seen.push(visitor);
        return inner(request, event);
      }),
      pageRequest('/', headers),
    );
    expect(answer.headers.getSetCookie()).toHaveLength(cookies);
    const [outside, inside] = seen.map(({ visitorId, consent, isBot, isNew }) => [visitorId, consent, isBot, isNew]);
    expect(inside).toEqual(outside);
  });
});
