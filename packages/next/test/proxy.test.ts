import './async-storage.ts';
import { cookies } from 'next/headers.js';
import { type NextRequest, NextResponse } from 'next/server.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ConvertOptions, createConvert, type ProxyVisitor } from '../src/index.ts';
import {
  BROWSER,
  convertWith,
  coresInProcess,
  event,
  HERO,
  headersOfPage,
  pageRequest,
  recordLogs,
  resetProcess,
  run,
  SITE,
  sampleProject,
  startService,
  VISIT,
  visitorOf,
} from './fixtures.ts';
import { inRequest } from './request-scope.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const setCookies = (answer: Response) => answer.headers.getSetCookie();

beforeEach(resetProcess);
afterEach(resetProcess);

describe('convert.proxy()', () => {
  it('gives a new visitor an id: to the browser, and to the page of the same request', async () => {
    const answer = await run(convertWith().proxy(), pageRequest('/', { cookie: 'theme=dark' }));
    const [cookie, ...others] = setCookies(answer);
    const visitorId = /^cv_vid=([^;]+);/.exec(cookie ?? '')?.[1];
    expect(visitorId).toMatch(UUID);
    expect(cookie).toBe(`cv_vid=${visitorId}; Max-Age=31536000; Path=/; Secure; SameSite=Lax`);
    expect(others).toEqual([]);
    expect(answer.headers.get('cache-control')).toBe('private, no-store');
    expect(headersOfPage(answer).get('cookie')).toBe(`theme=dark; cv_vid=${visitorId}`);
    expect(answer.headers.get('x-middleware-next')).toBe('1');
  });

  it('leaves the cookie and the caching of a known visitor’s page alone', async () => {
    const answer = await run(convertWith().proxy(), pageRequest('/', { cookie: 'cv_vid=visitor-1' }));
    expect(setCookies(answer)).toEqual([]);
    expect(answer.headers.get('cache-control')).toBeNull();
    expect(visitorOf(headersOfPage(answer))).toBe('visitor-1');
  });

  it('sends no Secure cookie over http', async () => {
    const answer = await run(convertWith().proxy(), pageRequest('/', { 'x-forwarded-proto': 'http' }));
    expect(setCookies(answer)[0]).not.toContain('Secure');
  });

  it.each(['cv_vid=<script>', `cv_vid=${'a'.repeat(9_000)}`, 'cv_vid=', 'cv_vid=%0d%0aset-cookie:x=1', 'cv_vid=é'])(
    'replaces the unusable cookie %#',
    async (cookie) => {
      const answer = await run(convertWith().proxy(), pageRequest('/', { cookie: `a=1; ${cookie}; b=2` }));
      expect(setCookies(answer)).toEqual([expect.stringMatching(/^cv_vid=[0-9a-f-]{36};/)]);
      expect(headersOfPage(answer).get('cookie')).toMatch(/^a=1; b=2; cv_vid=[0-9a-f-]{36}$/);
    },
  );

  it('takes the first usable of several visitor cookies and hands on only that', async () => {
    const answer = await run(convertWith().proxy(), pageRequest('/', { cookie: 'cv_vid=<bad>; cv_vid=b; cv_vid=c' }));
    expect(headersOfPage(answer).get('cookie')).toBe('cv_vid=b');
    expect(setCookies(answer)).toEqual([]);
  });

  it('hands on every other request header as it came', async () => {
    const answer = await run(convertWith().proxy(), pageRequest('/', { 'x-own': 'kept', cookie: 'cv_vid=a' }));
    const page = Object.fromEntries(headersOfPage(answer));
    expect(page).toMatchObject({ 'x-own': 'kept', 'user-agent': BROWSER, host: 'shop.example' });
    expect(Object.keys(page).sort()).toEqual(['cookie', 'host', 'user-agent', VISIT, 'x-forwarded-proto', 'x-own']);
  });

  it('never hands on a visit header that came from outside', async () => {
    const proxy = convertWith().proxy();
    const forged = `${'A'.repeat(43)};2;victim;granted;human;known;GET;v1;3009860001:3009870003;${SITE}/`;
    const answer = await run(proxy, pageRequest('/', { [VISIT]: forged, cookie: 'cv_vid=visitor-1' }));
    expect(headersOfPage(answer).get(VISIT)).not.toContain('victim');
    expect(headersOfPage(answer).get(VISIT)).toContain(';visitor-1;');
  });

  it('answers with a header of printable ASCII below 4 KB for any URL', async () => {
    const proxy = convertWith().proxy();
    for (const path of ['/größe/日本語?q=😀', `/?q=${'é'.repeat(3_000)}`, `/${'x'.repeat(9_000)}`]) {
      const header = headersOfPage(await run(proxy, pageRequest(path))).get(VISIT) ?? '';
      expect(header).toMatch(/^[\x21-\x7e]+$/);
      expect(VISIT.length + header.length).toBeLessThan(4_090);
    }
  });

  it('answers with a header below 4 KB for hundreds of experiences', async () => {
    const data = sampleProject();
    const [hero] = data.experiences;
    data.experiences = Array.from({ length: 600 }, (_, i) => ({
      ...hero,
      id: `30098${i + 10_000}`,
      key: `experience-${i}`,
      locations: [],
      variations: [{ id: `30099${i + 10_000}`, key: 'a', status: 'running', changes: [], traffic_allocation: 100 }],
    })) as never;
    let seen: ProxyVisitor | undefined;
    const convert = convertWith({ data });
    const answer = await run(
      convert.proxy((_request, visitor) => {
        seen = visitor;
        return undefined;
      }),
      pageRequest('/'),
    );
    const page = headersOfPage(answer);
    expect(page.get(VISIT)?.length).toBeLessThan(4_070);
    expect(seen?.experience('experience-599')?.variationKey).toBe('a');
    expect((await convert.payload({ headers: page })).experiences).toHaveLength(600);
  });

  it('runs twice on one request without a second cookie or another decision', async () => {
    const convert = convertWith({ attributes: () => ({}) });
    const seen: ProxyVisitor[] = [];
    const once = convert.proxy((_request, visitor) => {
      seen.push(visitor);
      return undefined;
    });
    const answer = await run(
      convert.proxy((request, visitor) => {
        seen.push(visitor);
        return once(request, event);
      }),
      pageRequest('/'),
    );
    expect(setCookies(answer)).toHaveLength(1);
    expect(seen[0]).toMatchObject({ isNew: true, visitorId: seen[1]?.visitorId });
    expect(seen[1]).toMatchObject({ isNew: true });
    expect(visitorOf(headersOfPage(answer))).toBe(seen[0]?.visitorId);
  });

  it('decides anew for the page that a server action redirects to', async () => {
    const convert = convertWith();
    const action = await run(convert.proxy(), pageRequest('/pricing', {}, { method: 'POST' }));
    // Next.js fetches the target itself, with every header of the action's request.
    const target = await run(convert.proxy(), pageRequest('/', Object.fromEntries(headersOfPage(action))));
    const { experiences } = await convert.payload({ headers: headersOfPage(target) });
    expect(experiences.map(({ experienceKey }) => experienceKey)).toContain('home-hero');
  });

  it('keeps its first decision when Next.js sends a rewritten request through it again', async () => {
    const convert = convertWith();
    const first = await run(convert.proxy(), pageRequest('/pricing'));
    const headers = Object.fromEntries(headersOfPage(first));
    const second = await run(convert.proxy(), pageRequest('/internal/pricing', headers));
    expect(setCookies(second)).toEqual([]);
    expect(headersOfPage(second).get(VISIT)).toBe(headers[VISIT]);
  });

  it('decides anew when the request has become another visitor’s since', async () => {
    const convert = convertWith();
    const first = await run(convert.proxy(), pageRequest('/pricing', { cookie: 'cv_vid=visitor-1' }));
    const headers = { ...Object.fromEntries(headersOfPage(first)), cookie: 'cv_vid=visitor-2' };
    const second = headersOfPage(await run(convert.proxy(), pageRequest('/', headers)));
    expect(second.get(VISIT)).toContain(`;visitor-2;`);
    expect(second.get(VISIT)).toMatch(/;https:\/\/shop\.example\/$/);
  });

  it('works with functions taken out of the object', async () => {
    const { proxy, payload } = convertWith();
    const answer = await run(proxy(), pageRequest('/'));
    expect((await payload({ headers: headersOfPage(answer) })).experiences.length).toBeGreaterThan(0);
  });
});

describe('an own proxy inside convert.proxy()', () => {
  const within = (handler: Parameters<ReturnType<typeof convertWith>['proxy']>[0]) =>
    run(convertWith().proxy(handler), pageRequest('/', { cookie: 'theme=dark', 'x-own': '1' }));

  it('sees the visitor and the decisions, and a request that carries them', async () => {
    let seen: { visitor: ProxyVisitor; request: NextRequest } | undefined;
    await within((request, visitor) => {
      seen = { request, visitor };
      return undefined;
    });
    const { visitor, request } = seen ?? expect.fail();
    expect(visitor).toMatchObject({ visitorId: expect.stringMatching(UUID), isNew: true });
    expect(visitor.experience(HERO.key)).toMatchObject({ experienceId: HERO.id });
    expect(visitor.feature('hero-banner')).toMatchObject({ status: 'enabled', experienceKey: HERO.key });
    expect(visitor.experience('no-such')).toBeNull();
    expect(visitor.feature('no-such')).toBeNull();
    expect(request.cookies.get('cv_vid')?.value).toBe(visitor.visitorId);
    expect(request.cookies.get('theme')?.value).toBe('dark');
    expect(visitorOf(request.headers)).toBe(visitor.visitorId);
    expect(request.headers.get(VISIT)).toContain(visitor.visitorId);
    expect(request.nextUrl.pathname).toBe('/');
  });

  it('still has the request’s body, method and basePath', async () => {
    let body = '';
    const request = pageRequest('/', {}, { method: 'POST', body: 'order=1' });
    await run(
      convertWith().proxy(async (inner) => {
        expect(inner.method).toBe('POST');
        body = await inner.text();
        return undefined;
      }),
      request,
    );
    expect(body).toBe('order=1');
  });

  it.each([
    ['nothing', () => undefined],
    ['null', () => null],
    ['NextResponse.next()', () => NextResponse.next()],
    ['NextResponse.next() with a response header', () => NextResponse.next({ headers: { 'x-answer': '1' } })],
  ])('may answer with %s', async (_what, handler) => {
    const answer = await within(handler);
    expect(answer.headers.get('x-middleware-next')).toBe('1');
    expect(headersOfPage(answer).get('x-own')).toBe('1');
    expect(headersOfPage(answer).get(VISIT)).toContain(visitorOf(headersOfPage(answer)));
    expect(setCookies(answer)).toHaveLength(1);
  });

  it('may rewrite', async () => {
    const answer = await within((request) => NextResponse.rewrite(new URL('/internal', request.url)));
    expect(answer.headers.get('x-middleware-rewrite')).toBe('http://localhost:3000/internal');
    expect(answer.headers.get('x-middleware-next')).toBeNull();
    expect(headersOfPage(answer).get(VISIT)).toContain(`${SITE}/`);
    expect(setCookies(answer)).toHaveLength(1);
  });

  it('may rewrite to another site, which does not get the visit header', async () => {
    const answer = await within((request) =>
      NextResponse.rewrite('https://cms.example/page', { request: { headers: request.headers } }),
    );
    expect(headersOfPage(answer).get(VISIT)).toBeNull();
    expect(answer.headers.get(`x-middleware-request-${VISIT}`)).toBeNull();
    expect(headersOfPage(answer).get('x-own')).toBe('1');
  });

  it('may replace the request headers, starting from its own or from the request’s', async () => {
    for (const start of [(request: NextRequest) => request.headers, () => new Headers({ cookie: 'own=1' })]) {
      const answer = await within((request) => {
        const headers = new Headers(start(request));
        headers.set('x-added', 'yes');
        headers.delete('x-own');
        return NextResponse.next({ request: { headers } });
      });
      const page = headersOfPage(answer);
      expect(page.get('x-added')).toBe('yes');
      expect(page.get('x-own')).toBeNull();
      expect(page.get(VISIT)).toContain(visitorOf(page));
      expect(page.get('cookie')).toMatch(/^(theme=dark|own=1); cv_vid=/);
    }
  });

  it('may take the cookies out of the request: the page still knows the visitor', async () => {
    const answer = await within((request) => {
      const headers = new Headers(request.headers);
      headers.delete('cookie');
      return NextResponse.rewrite(new URL('/x', request.url), { request: { headers } });
    });
    expect(headersOfPage(answer).get('cookie')).toMatch(/^cv_vid=[0-9a-f-]{36}$/);
  });

  it.each([
    ['NextResponse.redirect()', () => NextResponse.redirect(`${SITE}/login`), 307],
    ['Response.redirect(), whose headers are immutable', () => Response.redirect(`${SITE}/login`, 302), 302],
  ])('may answer with %s', async (_what, handler, status) => {
    const answer = await within(handler);
    expect([answer.status, answer.headers.get('location')]).toEqual([status, `${SITE}/login`]);
    expect(setCookies(answer)).toHaveLength(1);
    expect(answer.headers.get('cache-control')).toBe('private, no-store');
    expect(answer.headers.get('x-middleware-override-headers')).toBeNull();
  });

  it('may answer with a body of its own', async () => {
    const answer = await within(() => NextResponse.json({ closed: true }, { status: 503, headers: { 'x-a': '1' } }));
    expect([answer.status, answer.headers.get('x-a'), await answer.json()]).toEqual([503, '1', { closed: true }]);
    expect(setCookies(answer)).toHaveLength(1);
  });

  it('may hand out one answer to many requests: no visitor gets another’s', async () => {
    const shared = NextResponse.next();
    const proxy = convertWith().proxy(() => shared);
    const first = await run(proxy, pageRequest('/', { cookie: 'cv_vid=first; session=1' }));
    const second = await run(proxy, pageRequest('/', { cookie: 'cv_vid=second' }));
    expect(headersOfPage(first).get('cookie')).toBe('cv_vid=first; session=1');
    expect(headersOfPage(second).get('cookie')).toBe('cv_vid=second');
    expect(headersOfPage(second).get(VISIT)).not.toContain('first');
  });

  it('may answer with Response.error()', async () => {
    expect((await within(() => Response.error())).type).toBe('error');
  });

  it('may set cookies of its own, before and after', async () => {
    const convert = convertWith();
    const answer = (await run(
      convert.proxy(() => {
        const response = NextResponse.next();
        response.cookies.set('inner', '1');
        return response;
      }),
      pageRequest('/'),
    )) as NextResponse;
    answer.cookies.set('outer', '1');
    expect(setCookies(answer).map((cookie) => cookie.split('=')[0])).toEqual(['inner', 'cv_vid', 'outer']);
    expect(answer.headers.get('x-middleware-set-cookie')).toContain('outer=1');
  });

  it('may set cookies through next/headers, which replaces all others of the answer', async () => {
    const request = pageRequest('/');
    const proxy = convertWith().proxy(async () => {
      (await cookies()).set('jar', '1');
      const response = NextResponse.next();
      response.cookies.set('inner', '1');
      return response;
    });
    const { setCookies: set } = await inRequest(request, () => run(proxy, request));
    expect(set.map((cookie) => cookie.split('=')[0])).toEqual(['jar', 'inner', 'cv_vid']);
    expect(set[2]).toMatch(/^cv_vid=[0-9a-f-]{36}; Path=\/; Expires=[^;]+; Max-Age=31536000; Secure; SameSite=lax$/);
  });

  it('throws its own errors', async () => {
    const failing = within(() => {
      throw new RangeError('mine');
    });
    await expect(failing).rejects.toThrow(new RangeError('mine'));
  });
});

describe('convert.proxy() fails open', () => {
  async function failing(options: ConvertOptions, request = pageRequest('/', { [VISIT]: 'forged', 'x-own': '1' })) {
    const { lines, logger } = recordLogs();
    const convert = convertWith({ ...options, logger, logLevel: 'warn' });
    const handler = vi.fn((_request: NextRequest, _visitor: ProxyVisitor) => NextResponse.next());
    const proxy = convert.proxy(handler);
    const answer = await run(proxy, request);
    await run(proxy, pageRequest('/'));
    return { answer, handler, lines };
  }

  it('when the application’s attributes throw: page as without it, own handler once, one warning', async () => {
    const { answer, handler, lines } = await failing({
      attributes: () => {
        throw new Error('no session');
      },
    });
    expect(handler).toHaveBeenCalledTimes(2);
    expect(handler.mock.calls[0]?.[1]).toMatchObject({ visitorId: null, isNew: false });
    expect(handler.mock.calls[0]?.[1].experience(HERO.key)).toBeNull();
    expect(handler.mock.calls[0]?.[0].headers.get(VISIT)).toBeNull();
    expect(headersOfPage(answer).get(VISIT)).toBeNull();
    expect(headersOfPage(answer).get('x-own')).toBe('1');
    expect(setCookies(answer)).toEqual([]);
    expect(lines).toEqual([expect.stringContaining('no session')]);
  });

  it('when the options are wrong: one warning, and the visitor keeps an id', async () => {
    const { answer, lines } = await failing({ data: undefined });
    expect(lines).toEqual([expect.stringContaining('options_invalid')]);
    expect(setCookies(answer)).toHaveLength(1);
    expect(headersOfPage(answer).get(VISIT)).toMatch(/;-;-;https:/);
  });

  it('when the config is no config', async () => {
    const { lines, handler } = await failing({ data: { error: 'gone' } });
    expect(lines).toEqual([expect.stringContaining('config_invalid')]);
    expect(handler).toHaveBeenCalledTimes(2);
  });

  it('when the config cannot even be written as JSON', async () => {
    const circular: Record<string, unknown> = {};
    circular.project = circular;
    const { lines, handler } = await failing({ data: circular });
    expect(lines).toEqual([expect.stringContaining('config_invalid')]);
    expect(handler).toHaveBeenCalledTimes(2);
  });

  it('when Web Crypto refuses', async () => {
    vi.spyOn(crypto.subtle, 'sign').mockRejectedValue(new Error('no crypto'));
    const { answer, handler, lines } = await failing({});
    vi.restoreAllMocks();
    expect(handler).toHaveBeenCalledTimes(2);
    expect(headersOfPage(answer).get(VISIT)).toBeNull();
    expect(lines).toEqual([expect.stringContaining('no crypto')]);
  });

  it('without a handler and without a forged header: exactly NextResponse.next()', async () => {
    const convert = convertWith({
      attributes: () => {
        throw new Error('no session');
      },
    });
    const answer = await run(convert.proxy(), pageRequest('/'));
    expect(Object.fromEntries(answer.headers)).toEqual({ 'x-middleware-next': '1' });
  });

  it('when the config service is down: waits for the first attempt only', async () => {
    // Who waited for another attempt would wait for ever.
    let attempts = 0;
    const service = await startService((_request, response) => {
      if (++attempts === 1) response.writeHead(500).end();
    });
    const { lines, logger } = recordLogs();
    const convert = convertWith({
      sdkKey: 'sdk-key-1',
      transport: { configUrl: service.url, timeoutMs: 60_000 },
      timeoutMs: 60_000,
      logger,
      logLevel: 'warn',
    });
    for (let i = 0; i < 20; i++) {
      const answer = await run(convert.proxy(), pageRequest('/', { cookie: 'cv_vid=a' }));
      expect(headersOfPage(answer).get(VISIT)).toContain(';a;granted;human;known;GET;-;-;');
    }
    expect(attempts).toBeGreaterThan(0);
    expect(lines).toHaveLength(1);
    expect(lines.join()).not.toContain('sdk-key-1');
  });

  it('when the config service hangs: no request waits longer than timeoutMs after the first use', async () => {
    const service = await startService(() => {});
    const convert = convertWith({ sdkKey: 'sdk-key-2', transport: { configUrl: service.url }, timeoutMs: 300 });
    const started = performance.now();
    await Promise.all([1, 2, 3].map(() => run(convert.proxy(), pageRequest('/'))));
    const waited = performance.now() - started;
    expect(waited).toBeGreaterThanOrEqual(290);
    expect(waited).toBeLessThan(4_000);
    const again = performance.now();
    await run(convert.proxy(), pageRequest('/'));
    expect(performance.now() - again).toBeLessThan(290);
  });

  it('when a DataStore hangs: the proxy waits no longer than timeoutMs, and hands on who it is', async () => {
    const dataStore = { get: () => new Promise<null>(() => {}), set: async () => {} };
    const waitedFor = async (timeoutMs: number) => {
      const started = performance.now();
      const answer = await run(convertWith({ dataStore, timeoutMs }).proxy(), visit);
      return { ms: performance.now() - started, page: headersOfPage(answer) };
    };
    const visit = pageRequest('/', { cookie: 'cv_vid=visitor-1' });
    const { ms, page } = await waitedFor(50);
    expect(ms).toBeLessThan(400);
    expect(visitorOf(page)).toBe('visitor-1');
    expect(page.get(VISIT)).toContain('visitor-1');
    // Left alone, the store is given half a second.
    expect((await waitedFor(10_000)).ms).toBeGreaterThan(450);
  });

  it('when a draft is previewed and the config service hangs: no longer than timeoutMs', async () => {
    const service = await startService(() => {});
    const own = { sdkKey: 'sdk-key-6', fallbackData: sampleProject(), transport: { configUrl: service.url } };
    const proxy = convertWith({ ...own, timeoutMs: 50 }).proxy();
    const started = performance.now();
    const answer = await run(proxy, pageRequest('/?convert_preview=4711.4712', { cookie: 'cv_vid=visitor-1' }));
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(visitorOf(headersOfPage(answer))).toBe('visitor-1');
  });

  it('until the config arrives', async () => {
    let arrive = () => {};
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const service = await startService(async (_request, response) => {
      await arrived;
      response.writeHead(200).end(JSON.stringify(sampleProject()));
    });
    const convert = convertWith({ sdkKey: 'sdk-key-3', transport: { configUrl: service.url }, timeoutMs: 30 });
    const visitors: ProxyVisitor[] = [];
    const proxy = convert.proxy((_request, visitor) => {
      visitors.push(visitor);
      return undefined;
    });
    await run(proxy, pageRequest('/'));
    arrive();
    await vi.waitFor(async () => {
      await run(proxy, pageRequest('/'));
      expect(visitors.at(-1)?.experience(HERO.key)).not.toBeNull();
    });
    expect(visitors[0]?.experience(HERO.key)).toBeNull();
  });
});

describe('one Core per process', () => {
  it('is made at first use, not by createConvert()', async () => {
    const convert = convertWith();
    const proxy = convert.proxy();
    expect(coresInProcess()).toBe(0);
    await run(proxy, pageRequest('/'));
    expect(coresInProcess()).toBe(1);
  });

  it('is shared by everything that was created with the same options, and by nothing else', async () => {
    const service = await startService((_request, response) => {
      response.writeHead(200).end(JSON.stringify(sampleProject()));
    });
    const options = (): ConvertOptions => ({
      sdkKey: 'sdk-key-4',
      transport: { configUrl: service.url, fetch: (...args) => fetch(...args) },
    });
    // What is said about requests is not Core's.
    const aboutRequests: ConvertOptions = {
      attributes: () => ({}),
      browserConversions: { revenue: false },
      consent: () => 'granted',
      cookie: { maxAge: 60 },
      isBot: () => false,
      timeoutMs: 2_000,
      visitorId: () => null,
    };
    const answer = await run(createConvert({ ...options(), ...aboutRequests }).proxy(), pageRequest('/'));
    const payload = await createConvert(options()).payload({ headers: headersOfPage(answer) });
    expect(payload.experiences.length).toBeGreaterThan(0);
    expect(service.paths).toHaveLength(1);
    await run(createConvert({ ...options(), environment: 'staging' }).proxy(), pageRequest('/'));
    expect(service.paths).toHaveLength(2);
    expect(coresInProcess()).toBe(2);
  });

  it('is replaced by an edit of the options during development, and the old one stops', async () => {
    vi.stubEnv('NODE_ENV', 'development');
    const service = await startService((_request, response) => {
      response.writeHead(200).end(JSON.stringify(sampleProject()));
    });
    const options = (intervalMs: number): ConvertOptions => ({
      sdkKey: 'sdk-key-5',
      transport: { configUrl: service.url },
      refresh: { intervalMs, jitterMs: 0 },
    });
    await run(createConvert(options(40)).proxy(), pageRequest('/'));
    await vi.waitFor(() => expect(service.paths.length).toBeGreaterThan(2));
    await run(createConvert(options(60_000)).proxy(), pageRequest('/'));
    await new Promise((resolve) => setTimeout(resolve, 150));
    const settled = service.paths.length;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(service.paths).toHaveLength(settled);
    vi.unstubAllEnvs();
  });
});
