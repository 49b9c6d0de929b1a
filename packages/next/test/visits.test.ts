import './async-storage.ts';
import { headers as nextHeaders } from 'next/headers.js';
import { NextRequest } from 'next/server.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Convert, ConvertOptions } from '../src/index.ts';
import {
  BROWSER,
  convertWith,
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

beforeEach(resetProcess);
afterEach(resetProcess);

/** The request as the page gets it after the proxy has run. */
async function behindProxy(convert: Convert, path = '/', headers: Record<string, string> = {}): Promise<NextRequest> {
  const answer = await run(convert.proxy(), pageRequest(path, headers));
  return new NextRequest(`http://localhost:3000${path}`, { headers: headersOfPage(answer) });
}

const ofBrowser = { host: 'shop.example', 'user-agent': BROWSER };

const keysOf = ({ experiences }: { experiences: readonly { experienceKey: string }[] }) =>
  experiences.map(({ experienceKey }) => experienceKey);

describe('a page behind the proxy', () => {
  it('gets the proxy’s visitor and decisions, with everything its features hold', async () => {
    const convert = convertWith();
    const request = await behindProxy(convert);
    const { result } = await inRequest(request, async () => ({
      payload: await convert.payload(),
      hero: await convert.experience(HERO.key),
      banner: await convert.feature('hero-banner'),
      missing: [await convert.experience('no-such'), await convert.feature('no-such')],
    }));
    expect(result.payload.visitorId).toBe(visitorOf(request.headers));
    expect(result.hero).toMatchObject({ experienceKey: HERO.key, experienceId: HERO.id });
    expect(JSON.stringify(result.hero)).not.toContain('traffic_allocation');
    expect(result.banner).toMatchObject({ status: 'enabled', variables: { headline: expect.any(String) } });
    expect(result.payload.experiences.find(({ experienceKey }) => experienceKey === HERO.key)).toMatchObject({
      variationKey: result.hero?.variationKey,
      features: expect.arrayContaining([expect.objectContaining({ featureKey: 'hero-banner' })]),
    });
    expect(result.payload.goals).toContain('purchase');
    expect(result.missing).toEqual([null, null]);
  });

  it('hands the browser only what was asked for', async () => {
    const convert = convertWith();
    const request = await behindProxy(convert, '/', { cookie: 'cv_vid=visitor-1' });
    const { result } = await inRequest(request, async () => [
      keysOf(await convert.payload({ only: [HERO.key] })),
      keysOf(await convert.payload({ only: ['hero-banner'] })),
      keysOf(await convert.payload({ only: [] })),
    ]);
    expect(result).toEqual([[HERO.key], [HERO.key], []]);
  });

  it('hands the browser decisions, never rules, traffic or keys', async () => {
    const convert = convertWith({ debugToken: 'debug-token-1', secret: 'secret-1' });
    const { result } = await inRequest(await behindProxy(convert), () => convert.payload());
    expect(JSON.stringify(result)).not.toMatch(/traffic_allocation|OR_WHEN|audiences|debug-token-1|secret-1/);
  });

  it('decides once for all components of a request', async () => {
    let calls = 0;
    const convert = convertWith({
      attributes: () => {
        calls++;
        return {};
      },
    });
    const request = pageRequest('/', { cookie: 'cv_vid=visitor-1' });
    await inRequest(request, async () => {
      await Promise.all([convert.payload(), convert.experience(HERO.key), convert.feature('hero-banner')]);
      await convert.payload({ only: [HERO.key] });
    });
    expect(calls).toBe(1);
    await inRequest(request, () => convert.payload());
    expect(calls).toBe(2);
  });

  it('decides again after the config has changed, with what the proxy knew of the request', async () => {
    const before = convertWith({ secret: 'shared' });
    const request = await behindProxy(before, '/pricing');
    const data = sampleProject();
    data.experiences = data.experiences.filter(({ id }) => id !== HERO.id);
    const after = convertWith({ secret: 'shared', data });
    const { result } = await inRequest(request, () => after.payload());
    expect(result.visitorId).toBe(visitorOf(request.headers));
    expect(keysOf(result)).toContain('pricing-page');
  });

  it('follows the config of the moment when it has changed since the proxy decided', async () => {
    const request = await behindProxy(convertWith({ secret: 'shared' }), '/', { cookie: 'cv_vid=v-2' });
    expect(request.headers.get(VISIT)).toContain(`${HERO.id}:3009870002`);
    const data = sampleProject();
    const hero = data.experiences.find(({ id }) => id === HERO.id);
    for (const variation of hero?.variations ?? []) {
      variation.traffic_allocation = variation.id === '3009870003' ? 100 : 0;
    }
    const after = convertWith({ secret: 'shared', data });
    const { result } = await inRequest(request, () => after.experience(HERO.key));
    expect(result).toMatchObject({ variationId: '3009870003' });
  });

  it('remembers that the visitor was new, although the request has a cookie by then', async () => {
    const data = sampleProject();
    const newcomers = {
      id: '1',
      key: 'newcomers',
      type: 'transient',
      rules: {
        OR: [
          {
            AND: [
              {
                OR_WHEN: [
                  {
                    rule_type: 'generic_text_key_value',
                    matching: { match_type: 'matches', negated: false },
                    key: 'visitorType',
                    value: 'new',
                  },
                ],
              },
            ],
          },
        ],
      },
    };
    data.audiences.push(newcomers);
    for (const experience of data.experiences) if (experience.id === HERO.id) experience.audiences = ['1'];
    const convert = convertWith({ secret: 'shared', data });
    const request = await behindProxy(convertWith({ secret: 'shared' }), '/');
    const { result } = await inRequest(request, () => convert.experience(HERO.key));
    expect(result).not.toBeNull();
    const known = await behindProxy(convert, '/', { cookie: request.headers.get('cookie') ?? '' });
    const { result: later } = await inRequest(known, () => convert.experience(HERO.key));
    expect(later).toBeNull();
  });

  it('decides again when there were too many decisions to hand on, as the proxy did', async () => {
    const attributes = () => ({});
    const long = `/pricing?q=${'x'.repeat(5_000)}`;
    const convert = convertWith({ attributes });
    const request = await behindProxy(convert, long);
    expect(request.headers.get(VISIT)).not.toContain('xxx');
    const { result } = await inRequest(request, () => convert.payload());
    expect(keysOf(result)).toContain('pricing-page');
  });

  it('is understood in another process only with the same secret', async () => {
    const request = await behindProxy(convertWith({ secret: 'shared' }), '/pricing');
    resetProcess();
    const { result } = await inRequest(request, () => convertWith({ secret: 'shared' }).payload());
    expect(keysOf(result)).toContain('pricing-page');
    resetProcess();
    const { result: other } = await inRequest(request, () => convertWith({ secret: 'another' }).payload());
    expect(other.visitorId).toBe(visitorOf(request.headers));
    expect(keysOf(other)).not.toContain('pricing-page');
  });
});

describe('a page that the proxy’s matcher missed', () => {
  const forged = `${'A'.repeat(43)};2;victim;granted;human;known;GET;v1;${HERO.id}:3009870003;${SITE}/`;

  it('decides from the cookie, without a location unless the page names it', async () => {
    const convert = convertWith();
    const request = pageRequest('/anything', { cookie: 'cv_vid=visitor-1' });
    const { result } = await inRequest(request, async () => ({
      here: await convert.payload(),
      home: await convert.payload({ url: '/' }),
      pricing: await convert.payload({ url: `${SITE}/pricing` }),
      hero: await convert.experience(HERO.key, { url: '/' }),
      nowhere: await convert.payload({ url: 'http://[' }),
    }));
    expect(result.here.visitorId).toBe('visitor-1');
    expect(keysOf(result.here)).not.toContain(HERO.key);
    expect(keysOf(result.nowhere)).toEqual(keysOf(result.here));
    expect(keysOf(result.home)).toContain(HERO.key);
    expect(keysOf(result.pricing)).toContain('pricing-page');
    expect(result.hero).toMatchObject({ experienceKey: HERO.key });
  });

  it('decides the same as the proxy would have', async () => {
    const convert = convertWith();
    for (let i = 0; i < 25; i++) {
      const cookie = `cv_vid=visitor-${i}`;
      const { result: behind } = await inRequest(await behindProxy(convert, '/', { cookie }), () => convert.payload());
      const { result: missed } = await inRequest(pageRequest('/x', { cookie }), () => convert.payload({ url: '/' }));
      expect(missed).toEqual(behind);
    }
  });

  it('ignores a forged header', async () => {
    const convert = convertWith();
    const request = pageRequest('/', { [VISIT]: forged, cookie: 'cv_vid=visitor-1' });
    const { result } = await inRequest(request, () => convert.payload());
    expect(result.visitorId).toBe('visitor-1');
    expect(keysOf(result)).not.toContain(HERO.key);
  });

  it('shows nobody the original of everything', async () => {
    const convert = convertWith();
    for (const request of [pageRequest('/'), pageRequest('/', { [VISIT]: forged, cookie: 'cv_vid=<bad>' })]) {
      const { result } = await inRequest(request, async () => [
        await convert.payload({ url: '/' }),
        await convert.experience(HERO.key, { url: '/' }),
        await convert.feature('hero-banner', { url: '/' }),
        await convert.trackConversion('purchase'),
      ]);
      expect(result).toEqual([
        { version: 1, visitorId: null, experiences: [], goals: [] },
        null,
        null,
        { status: 'tracking_off', tracked: false, reason: 'tracking_off' },
      ]);
    }
  });
});

describe('outside the App Router', () => {
  it('takes the headers of getServerSideProps', async () => {
    const convert = convertWith();
    const headers = { ...ofBrowser, cookie: 'cv_vid=visitor-1', 'set-cookie': ['a', 'b'], none: undefined };
    expect(keysOf(await convert.payload({ headers, url: '/pricing' }))).toContain('pricing-page');
    expect(await convert.trackConversion('purchase', { headers })).toMatchObject({ tracked: true });
  });

  it('says what is wrong when there is no request', async () => {
    await expect(convertWith().payload()).rejects.toThrow('outside a request scope');
  });
});

describe('reading fails open', () => {
  it('with the visitor, conversions that wait and nothing else when the config cannot be loaded, and one warning', async () => {
    const service = await startService((_request, response) => response.writeHead(503).end());
    const { lines, logger } = recordLogs();
    const convert = convertWith({
      sdkKey: 'sdk-key-6',
      transport: { configUrl: service.url },
      logger,
      logLevel: 'warn',
    });
    for (let i = 0; i < 5; i++) {
      const { result } = await inRequest(await behindProxy(convert, '/', { cookie: 'cv_vid=a' }), async () => [
        await convert.payload(),
        await convert.experience(HERO.key),
        await convert.trackConversion('purchase'),
      ]);
      expect(result).toEqual([
        { version: 1, visitorId: 'a', experiences: [], goals: [] },
        null,
        { status: 'queued', tracked: true, reason: null },
      ]);
    }
    expect(lines).toHaveLength(1);
    expect(lines.join()).not.toContain('sdk-key-6');
  });

  it('with one warning when deciding throws', async () => {
    const { lines, logger } = recordLogs();
    const convert = convertWith({
      logger,
      logLevel: 'warn',
      secret: 'secret-2',
      attributes: () => {
        throw new Error('session store secret-2 is down');
      },
    });
    for (let i = 0; i < 3; i++) {
      const { result } = await inRequest(pageRequest('/', { cookie: 'cv_vid=a' }), () => convert.payload());
      expect(result).toEqual({ version: 1, visitorId: 'a', experiences: [], goals: [] });
    }
    expect(lines).toEqual([expect.stringContaining('session store [redacted] is down')]);
  });

  it('but lets through what Next.js throws to steer rendering', async () => {
    const bailout = Object.assign(new Error('dynamic'), { digest: 'DYNAMIC_SERVER_USAGE' });
    const convert = convertWith({
      attributes: () => {
        throw bailout;
      },
    });
    await expect(inRequest(pageRequest('/', { cookie: 'cv_vid=a' }), () => convert.payload())).rejects.toBe(bailout);
  });
});

describe('convert.handlers', () => {
  const post = (body: string, headers: Record<string, string> = {}) =>
    new Request(`${SITE}/api/convert/events`, {
      method: 'POST',
      body,
      headers: { ...ofBrowser, cookie: 'cv_vid=a', 'content-type': 'application/json', ...headers },
    });

  it('take events over and deliver them after the response', async () => {
    const service = await startService((_request, response) => response.writeHead(404).end());
    const { POST } = convertWith({ transport: { trackUrl: service.url } }).handlers;
    const events = [{ type: 'exposure', experienceId: HERO.id, variationId: '3009870001' }];
    const { result, afterResponse } = await inRequest(pageRequest('/'), () => POST(post(JSON.stringify({ events }))));
    expect([result.status, await result.json()]).toEqual([202, { accepted: 1, rejected: [] }]);
    expect(service.tracked).toEqual([]);
    await afterResponse();
    expect(service.tracked).toHaveLength(1);
  });

  it('deliver at once where nothing is known about the response', async () => {
    const service = await startService((_request, response) => response.writeHead(404).end());
    const { POST } = convertWith({ transport: { trackUrl: service.url } }).handlers;
    const events = [{ type: 'exposure', experienceId: HERO.id, variationId: '3009870001' }];
    await POST(post(JSON.stringify({ events })));
    await vi.waitFor(() => expect(service.tracked).toHaveLength(1));
  });

  it('decide for client navigation', async () => {
    const { GET } = convertWith().handlers;
    const request = new Request(`${SITE}/api/convert/payload?url=/pricing`, {
      headers: { ...ofBrowser, cookie: 'cv_vid=a' },
    });
    expect(keysOf(await (await GET(request)).json())).toContain('pricing-page');
  });

  it('know who sends, and what they allow, as the proxy does', async () => {
    const events = JSON.stringify({ events: [{ type: 'exposure', experienceId: HERO.id, variationId: '3009870001' }] });
    const statusWith = async (options: ConvertOptions) => {
      resetProcess();
      const response = await convertWith({ tracking: 'hold', ...options }).handlers.POST(post(events));
      return [response.status, (await response.json()).error];
    };
    expect(await statusWith({})).toEqual([202, undefined]);
    expect(await statusWith({ consent: () => 'pending' })).toEqual([403, 'consent_missing']);
    expect(await statusWith({ isBot: () => true })).toEqual([403, 'automated']);
    expect(await statusWith({ cookie: { name: 'shop' } })).toEqual([400, 'visitor_missing']);
    expect(await statusWith({ cookie: { name: 'shop' }, visitorId: () => 'u-1' })).toEqual([202, undefined]);
  });

  it('take of conversions what the application lets the browser say', async () => {
    const { POST } = convertWith({ tracking: 'hold', browserConversions: { revenue: ['add-to-cart'] } }).handlers;
    const events = ['purchase', 'add-to-cart'].map((goalKey) => ({ type: 'conversion', goalKey, revenue: 10 }));
    const response = await POST(post(JSON.stringify({ events })));
    expect(await response.json()).toEqual({ accepted: 1, rejected: [{ index: 0, reason: 'revenue_not_allowed' }] });
  });

  it('remember between requests which batches they have taken', async () => {
    const { POST } = convertWith({ tracking: 'hold' }).handlers;
    const batch = JSON.stringify({ id: 'batch0001', events: [{ type: 'conversion', goalKey: 'purchase' }] });
    expect(await (await POST(post(batch))).json()).toMatchObject({ accepted: 1 });
    expect(await (await POST(post(batch))).json()).toMatchObject({ accepted: 0, duplicate: true });
  });

  it('keep the visitor whose page was made while consent was pending', async () => {
    const convert = convertWith({
      consent: ({ cookies }) => (cookies.has('consent') ? 'granted' : 'pending'),
    });
    const { visitorId } = await convert.payload({ headers: (await behindProxy(convert)).headers });
    const choose = new Request(`${SITE}/api/convert/consent`, {
      method: 'POST',
      body: JSON.stringify({ consent: 'granted', visitorId }),
      headers: {
        ...ofBrowser,
        cookie: 'consent=yes',
        'content-type': 'application/json',
        'x-forwarded-proto': 'https',
      },
    });
    const response = await convert.handlers.POST(choose);
    expect([response.status, await response.json()]).toEqual([200, { visitorId }]);
    expect(response.headers.getSetCookie()).toEqual([
      `cv_vid=${visitorId}; Max-Age=31536000; Path=/; Secure; SameSite=Lax`,
    ]);
  });

  it('tell once what the application’s functions throw', async () => {
    const { lines, logger } = recordLogs();
    const { POST } = convertWith({
      logger,
      logLevel: 'warn',
      consent: () => {
        throw new Error('no session');
      },
    }).handlers;
    for (let i = 0; i < 3; i++) expect((await POST(post('{"events":[]}'))).status).toBe(503);
    expect(lines).toEqual([expect.stringMatching(/The event relay failed.*no session/)]);
  });

  it('tell only the name of it in production: the message may quote a visitor', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    const { lines, logger } = recordLogs();
    const { POST } = convertWith({
      logger,
      logLevel: 'warn',
      consent: ({ cookies }) => {
        throw new RangeError(`no session for ${cookies.get('cv_vid')}`);
      },
    }).handlers;
    expect((await POST(post('{"events":[]}'))).status).toBe(503);
    vi.unstubAllEnvs();
    expect(lines).toEqual([expect.stringMatching(/The event relay failed.*RangeError/)]);
    expect(lines.join()).not.toContain('session');
  });

  it('answer 503 when the options were refused, without saying why', async () => {
    const { POST, GET } = convertWith({ data: { secret: 'sdk-key-7' } }).handlers;
    const get = new Request(`${SITE}/api/convert/payload?url=/`, { headers: { host: 'shop.example' } });
    for (const response of [await POST(post('{"events":[]}')), await GET(get)]) {
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
      expect(await response.text()).toBe('{"error":"config_unavailable"}');
    }
  });
});

it('next/headers really is what pages read from', async () => {
  const { result } = await inRequest(pageRequest('/', { 'x-own': '1' }), async () =>
    (await nextHeaders()).get('x-own'),
  );
  expect(result).toBe('1');
});
