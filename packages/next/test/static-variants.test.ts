import './async-storage.ts';
import { readPageVisitor } from '@convert-fullstack/core/bridge';
import { visitorRefOf } from '@convert-fullstack/server';
import { notFound } from 'next/navigation.js';
import { type NextRequest, NextResponse } from 'next/server.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConvertOptions, ProxyOptions, ProxyVisitor, StaticVariants } from '../src/index.ts';
import { codeOf, decisionsIn } from '../src/variants-code.ts';
import {
  convertWith,
  headersOfPage,
  pageRequest,
  recordLogs,
  resetProcess,
  run,
  sampleProject,
  startService,
  VISIT,
} from './fixtures.ts';

const BADGES = '3009860011';
const NO_BADGE = `${BADGES}_3009870022`;
const BADGE = `${BADGES}_3009870023`;
const PRICING = '3009860002';
const ALL = {
  experiences: ['seasonal-badges'],
  paths: ['/products/tents', '/products/tents/:slug'],
  limit: 3,
} as const;

beforeEach(resetProcess);
afterEach(resetProcess);
afterEach(() => vi.unstubAllEnvs());

describe('staticVariants().generateStaticParams()', () => {
  it('makes one page for each variation, and one for whoever is not in the experience', async () => {
    const pages = await convertWith().staticVariants(ALL).generateStaticParams();
    expect(pages).toEqual([{ variants: 'original' }, { variants: NO_BADGE }, { variants: BADGE }]);
  });

  it('makes one page for each combination of variations', async () => {
    const landing = convertWith().staticVariants({
      ...ALL,
      experiences: ['seasonal-badges', 'pricing-page'],
      limit: 9,
    });
    const pages = await landing.generateStaticParams();
    expect(pages).toHaveLength(9);
    expect(new Set(pages.map(({ variants }) => variants)).size).toBe(9);
    expect(pages).toContainEqual({ variants: `${PRICING}_3009870004-${BADGE}` });
  });

  it('names the same variations alike, whatever the order of the experiences', async () => {
    const convert = convertWith();
    const codes = async (experiences: string[]) => {
      const pages = await convert.staticVariants({ ...ALL, experiences, limit: 9 }).generateStaticParams();
      return pages.map(({ variants }) => variants).sort();
    };
    expect(await codes(['pricing-page', 'seasonal-badges'])).toEqual(await codes(['seasonal-badges', 'pricing-page']));
  });

  it('refuses more pages than the limit, with what they come from', async () => {
    const landing = convertWith().staticVariants({
      ...ALL,
      experiences: ['seasonal-badges', 'pricing-page'],
      limit: 8,
    });
    await expect(landing.generateStaticParams()).rejects.toMatchObject({
      code: 'static_variants_exceeded',
      message: expect.stringMatching(/9 pages .* limit is 8.*"seasonal-badges" with 2, "pricing-page" with 2/),
    });
  });

  it('makes only the original of an experience that does not run', async () => {
    const { generateStaticParams } = convertWith().staticVariants({
      ...ALL,
      experiences: ['cart-drawer', 'no-such-experience'],
    });
    expect(await generateStaticParams()).toEqual([{ variants: 'original' }]);
  });

  it.each([0, -1, Number.NaN])('throws for a limit of %d', (limit) => {
    expect(() => convertWith().staticVariants({ ...ALL, limit })).toThrow(/limit of 1 or more.*options_invalid/);
  });

  it.each(['', 'tents', '/tents?a', '/tents/*', '/tents/:', '//tents'])(
    'is refused by the proxy with the path %j',
    (path) => {
      const convert = convertWith();
      const landing = convert.staticVariants({ ...ALL, paths: [path] });
      expect(() => convert.proxy({ staticVariants: [landing] })).toThrow(/needs paths like.*options_invalid/);
    },
  );
});

describe('during a build', () => {
  beforeEach(() => vi.stubEnv('NEXT_PHASE', 'phase-production-build'));

  it('waits for the config as long as fetching it may take', async () => {
    const service = await startService((_request, response) =>
      setTimeout(() => response.writeHead(200).end(JSON.stringify(sampleProject())), 50),
    );
    const convert = convertWith({ sdkKey: 'a', timeoutMs: 1, transport: { configUrl: service.url } });
    expect(await convert.staticVariants(ALL).generateStaticParams()).toHaveLength(3);
  });

  it('fails without a config', async () => {
    const service = await startService((_request, response) => response.writeHead(500).end());
    const convert = convertWith({ sdkKey: 'a', transport: { configUrl: service.url } });
    const landing = convert.staticVariants(ALL);
    const unavailable = { code: 'config_unavailable', message: expect.stringContaining('fallbackData') };
    await expect(landing.generateStaticParams()).rejects.toMatchObject(unavailable);
    await expect(landing.decided(BADGE)).rejects.toMatchObject(unavailable);
  });

  it('makes do with fallbackData', async () => {
    const service = await startService((_request, response) => response.writeHead(500).end());
    const own = { sdkKey: 'a', fallbackData: sampleProject(), transport: { configUrl: service.url } };
    const landing = convertWith(own).staticVariants(ALL);
    expect((await landing.decided(BADGE)).experience('seasonal-badges')?.variationKey).toBe('badge');
  });
});

describe('staticVariants().decided()', () => {
  it('is what a page shows, and names nobody', async () => {
    const decided = await convertWith().staticVariants(ALL).decided(BADGE);
    expect(decided.experience('seasonal-badges')).toMatchObject({ experienceId: BADGES, variationKey: 'badge' });
    expect(decided.feature('season-badge')?.variables).toHaveProperty('label');
    expect(decided.payload()).toMatchObject({
      version: 1,
      visitorId: null,
      variants: BADGE,
      experiences: [{ experienceKey: 'seasonal-badges', variationKey: 'badge' }],
      goals: expect.arrayContaining(['add-to-cart']),
    });
    expect(decided.payload({ only: ['home-hero'] })).toMatchObject({ variants: BADGE, experiences: [] });
  });

  it('has only the experiences that it was rendered with to ask for', async () => {
    const decided = await convertWith().staticVariants(ALL).decided(BADGE);
    // @ts-expect-error: these pages are not rendered with it
    expect(decided.experience('home-hero')).toBeNull();
  });

  it('lists its decisions in the order of the config, which says whose feature counts', async () => {
    const landing = convertWith().staticVariants({
      ...ALL,
      experiences: ['seasonal-badges', 'pricing-page'],
      limit: 9,
    });
    const decided = await landing.decided(
      codeOf([
        [BADGES, '3009870023'],
        [PRICING, '3009870004'],
      ]),
    );
    const keys = decided.payload().experiences.map(({ experienceKey }) => experienceKey);
    expect(keys).toEqual(['pricing-page', 'seasonal-badges']);
  });

  it('counts nobody as assigned', async () => {
    const convert = convertWith();
    await convert.staticVariants(ALL).decided(BADGE);
    expect(convert.health().experiences.filter(({ variations }) => variations.some((one) => one.assigned > 0))).toEqual(
      [],
    );
  });

  it.each([
    'nonsense',
    '',
    '__proto__',
    `${BADGE}-`,
    `${BADGE}-${PRICING}_3009870004`,
    `${PRICING}_3009870004`,
    `%33${BADGE}`,
    'original-original',
    'x'.repeat(5_000),
  ])('is the 404 page of Next.js for %j', async (variants) => {
    const shown = convertWith().staticVariants(ALL).decided(variants);
    await expect(shown).rejects.toMatchObject({ digest: digestOf(notFound) });
  });

  it('shows the original for what this config does not know: the proxy’s is older or newer', async () => {
    const landing = convertWith().staticVariants(ALL);
    for (const variants of [`${BADGES}_9`, '9_9']) {
      const decided = await landing.decided(variants);
      expect(decided.payload()).toMatchObject({ variants, experiences: [] });
      expect(decided.experience('seasonal-badges')).toBeNull();
    }
  });

  it('shows a draft that a preview asks for', async () => {
    const all = sampleProject();
    const service = await startService(({ url }, response) => {
      const experiences = all.experiences.filter(
        ({ id }) => (id === '3009860012') === Boolean(url?.includes('3009860012')),
      );
      response.writeHead(200).end(JSON.stringify({ ...all, experiences }));
    });
    const landing = convertWith({ sdkKey: 'a', transport: { configUrl: service.url } }).staticVariants({
      ...ALL,
      experiences: ['wishlist-redesign'],
    });
    const decided = await landing.decided('3009860012_3009870025');
    expect(decided.experience('wishlist-redesign')?.variationKey).toBe('boards');
    expect(decided.payload()).toMatchObject({ visitorId: null, experiences: [{ variationKey: 'boards' }] });
    expect(decided.payload()).not.toHaveProperty('preview');
  });

  it('shows the original while there is no config', async () => {
    const service = await startService((_request, response) => response.writeHead(500).end());
    const landing = convertWith({ sdkKey: 'a', transport: { configUrl: service.url } }).staticVariants(ALL);
    expect((await landing.decided('original')).payload()).toMatchObject({ variants: 'original', experiences: [] });
    expect((await landing.decided(BADGE)).payload()).toMatchObject({ variants: BADGE, experiences: [] });
  });
});

describe('a code', () => {
  it.each([
    [[]],
    [[['1', '2']]],
    [
      [
        ['1', '2'],
        ['10', '3'],
        ['9', '9'],
      ],
    ],
    [
      [
        ['a-b', 'c_d'],
        ['../..', '%2F~'],
        ['日本', '😀'],
      ],
    ],
  ] as [string, string][][][])('is one plain segment that leads back to its ids %#', (pairs) => {
    const code = codeOf(pairs);
    expect(code).toMatch(/^[A-Za-z0-9_~-]+$/);
    expect(new Set(decisionsIn(code)?.map(String))).toEqual(new Set(pairs.map(String)));
  });

  it('of ids that look alike differs', () => {
    expect(codeOf([['a~b', 'c']])).not.toBe(codeOf([['a', '~b_c']]));
    expect(codeOf([['-', '-']])).not.toBe(codeOf([['_', '_']]));
  });
});

describe('convert.proxy({ staticVariants })', () => {
  const inBadge = 'visitor-1';
  const inNoBadge = 'visitor-2';

  it('leads visitors to the page of their variation, without a cookie and for nobody to keep', async () => {
    for (const [visitorId, code] of [
      [inBadge, BADGE],
      [inNoBadge, NO_BADGE],
    ] as const) {
      const answer = await run(proxyWith(), visit(visitorId, '/products/tents/ridge?utm_source=mail'));
      expect(rewriteOf(answer)).toBe(`/convert/${code}/products/tents/ridge?utm_source=mail`);
      expect(answer.headers.get('x-middleware-next')).toBeNull();
      expect(answer.headers.getSetCookie()).toEqual([]);
      expect(answer.headers.get('cache-control')).toBe('private, no-cache');
      expect(toldTo(answer, code)).toEqual({ visitorId });
      expect(headersOfPage(answer).get(VISIT)).toContain(visitorId);
    }
  });

  it('decides by the public address: where an experience does not run, its page is the original', async () => {
    const convert = convertWith();
    const elsewhere = convert.staticVariants({ ...ALL, paths: ['/elsewhere'] });
    const answer = await run(convert.proxy({ staticVariants: [elsewhere] }), visit(inBadge, '/elsewhere'));
    expect(rewriteOf(answer)).toBe('/convert/original/elsewhere');
  });

  it('takes only the experiences of the page into account', async () => {
    const convert = convertWith();
    const landing = convert.staticVariants({ ...ALL, experiences: [] });
    expect(rewriteOf(await run(convert.proxy({ staticVariants: [landing] }), visit(inBadge)))).toBe(
      '/convert/original/products/tents',
    );
  });

  it('leaves other pages where they are, and tells how long deciding took', async () => {
    const answer = await run(proxyWith(), visit(inBadge, '/products'));
    expect(rewriteOf(answer)).toBeNull();
    expect(answer.headers.get('cache-control')).toBeNull();
    expect(answer.headers.get('server-timing')).toMatch(/^convert;dur=\d+\.\d$/);
  });

  it('gives a new visitor an id, and has nobody keep that answer', async () => {
    const answer = await run(proxyWith(), pageRequest('/products/tents'));
    const [cookie = ''] = answer.headers.getSetCookie();
    const code = /^\/convert\/([^/]+)/.exec(rewriteOf(answer) ?? '')?.[1] ?? '';
    expect(cookie).toContain(`cv_vid=${toldTo(answer, code)?.visitorId};`);
    expect(answer.headers.get('cache-control')).toBe('private, no-store');
  });

  it('leads a preview to the page it asks for, which counts nothing', async () => {
    const answer = await run(proxyWith(), visit(inBadge, `/products/tents?convert_preview=${BADGES}.3009870022`));
    expect(rewriteOf(answer)).toMatch(new RegExp(`^/convert/${NO_BADGE}/products/tents`));
    expect(toldTo(answer, NO_BADGE)).toEqual({
      visitorId: inBadge,
      previewed: [{ experienceId: BADGES, variationId: '3009870022' }],
    });
    expect(answer.headers.get('cache-control')).toBe('private, no-store');
  });

  it('tells the page of a preview that nobody is counted on it, also when nobody may be', async () => {
    const answer = await run(
      proxyWith({ consent: () => 'denied' }),
      visit(inBadge, `/products/tents?convert_preview=${BADGES}.3009870022`),
    );
    expect(rewriteOf(answer)).toMatch(new RegExp(`^/convert/${NO_BADGE}/products/tents`));
    expect(toldTo(answer, NO_BADGE)).toMatchObject({ visitorId: null, visitorRef: 'preview', consent: 'denied' });
  });

  it('leads visitors whose variation has thrown to the original, and back when another is decided', async () => {
    const thrown = (variationId: string) => ({ cookie: `cv_vid=${inBadge}; cv_thrown=${BADGES}.${variationId}` });
    const pageFor = async (variationId: string) =>
      rewriteOf(await run(proxyWith(), pageRequest('/products/tents', thrown(variationId))));
    expect(await pageFor('3009870023')).toBe('/convert/original/products/tents');
    expect(await pageFor('3009870022')).toBe(`/convert/${BADGE}/products/tents`);
  });

  it('tells a page while consent is pending whose id to keep', async () => {
    const answer = await run(proxyWith({ consent: () => 'pending' }), visit(inBadge));
    expect(toldTo(answer, BADGE)).toEqual({ visitorId: inBadge, consent: 'pending' });
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  it('tells scripts no id that only an HttpOnly cookie holds', async () => {
    const answer = await run(proxyWith({ cookie: { httpOnly: true } }), visit(inBadge));
    expect(toldTo(answer, BADGE)).toEqual({ visitorId: null, visitorRef: await visitorRefOf(inBadge) });
    expect(answer.headers.get('server-timing')).not.toContain(inBadge);
    expect(answer.headers.get('cache-control')).toBe('private, no-store');
  });

  it.each<[string, ConvertOptions, object]>([
    ['consent is denied', { consent: () => 'denied' }, { visitorId: null, consent: 'denied' }],
    ['nobody is looking', { isBot: () => true }, { visitorId: null }],
    [
      'recognising fails',
      {
        consent() {
          throw new Error('no session');
        },
      },
      { visitorId: null, consent: 'pending' },
    ],
  ])('leads to the original when %s', async (_case, options, told) => {
    const answer = await run(proxyWith(options), visit(inBadge));
    expect(rewriteOf(answer)).toBe('/convert/original/products/tents');
    expect(toldTo(answer, 'original')).toEqual(told);
  });

  it('tells them none in a preview, either', async () => {
    const answer = await run(
      proxyWith({ cookie: { httpOnly: true } }),
      visit(inBadge, `/products/tents?convert_preview=${BADGES}.3009870022`),
    );
    expect(toldTo(answer, NO_BADGE)).toMatchObject({ visitorId: null, visitorRef: await visitorRefOf(inBadge) });
  });

  it('leads to the original while there is no config', async () => {
    const service = await startService((_request, response) => response.writeHead(500).end());
    const answer = await run(proxyWith({ sdkKey: 'a', transport: { configUrl: service.url } }), visit(inBadge));
    expect(rewriteOf(answer)).toBe('/convert/original/products/tents');
  });

  it.each([
    `/convert/${BADGE}/products/tents`,
    '/convert/anything/products/tents/ridge',
    '/%63onvert/original/products/%74ents',
  ])('answers %s from outside with the 404 page, out of every index', async (path) => {
    const answer = await run(proxyWith(), visit(inBadge, path));
    expect(rewriteOf(answer)).toBe('/_not-found');
    expect(answer.headers.get('x-robots-tag')).toBe('noindex');
    expect(answer.headers.get('server-timing')).toBeNull();
  });

  it('lets its own rewrite pass where Next.js calls the proxy once more', async () => {
    const proxy = proxyWith();
    const first = await run(proxy, visit(inBadge));
    const again = pageRequest(rewriteOf(first) ?? '', Object.fromEntries(headersOfPage(first)));
    const second = await run(proxy, again);
    expect(rewriteOf(second)).toBeNull();
    expect(second.headers.get('cache-control')).toBe('private, no-store');
    expect(toldTo(second, BADGE)).toEqual({ visitorId: inBadge });
    // And not because of the header's name.
    const forged = pageRequest(rewriteOf(first) ?? '', { [VISIT]: 'x' });
    expect(rewriteOf(await run(proxy, forged))).toBe('/_not-found');
  });

  it('lets everybody see the images that such a page names in its metadata', async () => {
    for (const file of ['opengraph-image', 'twitter-image-1a2b3c', 'icon1', 'apple-icon.png']) {
      expect(
        rewriteOf(await run(proxyWith(), visit(inBadge, `/convert/${BADGE}/products/tents/${file}?abc`))),
      ).toBeNull();
    }
    const page = await run(proxyWith(), visit(inBadge, `/convert/${BADGE}/products/tents/icon-set`));
    expect(rewriteOf(page)).toBe('/_not-found');
  });

  it('has pages elsewhere in the same folder alone', async () => {
    expect(rewriteOf(await run(proxyWith(), visit(inBadge, '/convert/currencies')))).toBeNull();
  });

  it('works below a base path', async () => {
    const nextConfig = { basePath: '/shop' };
    const request = (path: string) => pageRequest(path, { cookie: `cv_vid=${inBadge}` }, { nextConfig } as object);
    const convert = convertWith({ environment: 'staging' });
    const landing = convert.staticVariants(ALL);
    const proxy = convert.proxy({ staticVariants: [landing] });
    expect(rewriteOf(await run(proxy, request('/shop/products/tents')))).toBe('/shop/convert/original/products/tents');
    expect(rewriteOf(await run(proxy, request('/shop/convert/a/products/tents')))).toBe('/shop/_not-found');
  });

  describe('with the locales of the Pages Router', () => {
    const i18n = { locales: ['en', 'de'], defaultLocale: 'en' };
    const request = (path: string, nextConfig: object = { i18n }) =>
      pageRequest(path, { cookie: `cv_vid=${inBadge}` }, { nextConfig } as object);

    it.each([
      ['/de/products/tents', '/de/convert/original/products/tents'],
      ['/en/products/tents', `/convert/${BADGE}/products/tents`],
      ['/products/tents?a=b', `/convert/${BADGE}/products/tents?a=b`],
    ])('leads from %s to %s', async (path, page) => {
      // The experience runs at /products/tents alone.
      expect(rewriteOf(await run(proxyWith(), request(path)))).toBe(page);
    });

    it('answers internal addresses with the 404 page in every locale', async () => {
      for (const path of [
        '/convert/a/products/tents',
        '/de/convert/a/products/tents',
        '/en/convert/a/products/tents',
      ]) {
        const answer = await run(proxyWith(), request(path));
        expect(rewriteOf(answer)).toBe('/_not-found');
        expect(answer.headers.get('x-robots-tag')).toBe('noindex');
      }
    });

    it('leads to the locale that a handler rewrites to, below a base path too', async () => {
      const handler = () => NextResponse.rewrite(new URL('/shop/de/products/tents', 'http://localhost:3000'));
      const answer = await run(
        proxyWith({}, { handler }),
        request('/shop/products/tents', { basePath: '/shop', i18n }),
      );
      expect(rewriteOf(answer)).toMatch(/^\/shop\/de\/convert\/[^/]+\/products\/tents$/);
    });
  });

  describe('with a handler', () => {
    it('keeps what the handler adds to a page it lets pass', async () => {
      const answer = await run(
        proxyWith({}, { handler: () => NextResponse.next({ headers: { 'x-own': 'yes', 'server-timing': 'own' } }) }),
        visit(inBadge),
      );
      expect(rewriteOf(answer)).toBe(`/convert/${BADGE}/products/tents`);
      expect(answer.headers.get('x-own')).toBe('yes');
      expect(answer.headers.get('server-timing')).toMatch(/^own, convert;dur=/);
    });

    it('leads from the page that the handler rewrites to', async () => {
      const handler = (request: NextRequest) =>
        NextResponse.rewrite(new URL(`/en${request.nextUrl.pathname}`, request.url));
      const convert = convertWith();
      const landing = convert.staticVariants({ ...ALL, paths: ['/:locale/products/tents'] });
      const answer = await run(convert.proxy({ handler, staticVariants: [landing] }), visit(inBadge));
      expect(rewriteOf(answer)).toBe(`/convert/${BADGE}/en/products/tents`);
    });

    it.each([
      ['another page', () => NextResponse.rewrite(new URL('/elsewhere', 'http://localhost:3000')), '/elsewhere'],
      [
        'another site',
        () => NextResponse.rewrite('https://other.example/products/tents'),
        'https://other.example/products/tents',
      ],
      ['a redirect', () => NextResponse.redirect('https://shop.example/login'), null],
      ['a body', () => new Response('closed', { status: 503 }), null],
    ])('leaves its answer alone: %s', async (_case, handler, rewrite) => {
      const answer = await run(proxyWith({}, { handler }), visit(inBadge));
      expect(rewriteOf(answer)).toBe(rewrite);
      expect(answer.headers.get('server-timing') ?? '').not.toContain('desc');
    });

    it('keeps an answer from being kept at all when the handler says so', async () => {
      const handler = () => NextResponse.next({ headers: { 'cache-control': 'no-store' } });
      const answer = await run(proxyWith({}, { handler }), visit(inBadge));
      expect(answer.headers.get('cache-control')).toBe('no-store');
    });
  });

  describe('where Next.js says that such a page cannot see the request', () => {
    // As the build of an application puts it in, and as `next start` sets it.
    beforeEach(() => vi.stubEnv('__NEXT_CACHE_COMPONENTS', 'false'));
    beforeEach(() => vi.stubEnv('__NEXT_PRIVATE_ORIGIN', 'http://localhost:3000'));

    const handsOn = (answer: Response) => answer.headers.has('x-middleware-override-headers');

    it('leads to the same page, and hands no request headers on', async () => {
      for (const [visitorId, code] of [
        [inBadge, BADGE],
        [inNoBadge, NO_BADGE],
      ] as const) {
        const answer = await run(proxyWith(), visit(visitorId));
        expect(rewriteOf(answer)).toBe(`/convert/${code}/products/tents`);
        expect(toldTo(answer, code)).toEqual({ visitorId });
        expect(handsOn(answer)).toBe(false);
      }
    });

    it('gives a new visitor an id', async () => {
      const answer = await run(proxyWith(), pageRequest('/products/tents'));
      expect(answer.headers.getSetCookie()).toHaveLength(1);
      expect(answer.headers.get('cache-control')).toBe('private, no-store');
      expect(handsOn(answer)).toBe(false);
    });

    it('leads a preview to the page it asks for', async () => {
      const answer = await run(proxyWith(), visit(inBadge, `/products/tents?convert_preview=${BADGES}.3009870022`));
      expect(rewriteOf(answer)).toMatch(new RegExp(`^/convert/${NO_BADGE}/products/tents`));
      expect(toldTo(answer, NO_BADGE)).toHaveProperty('previewed');
    });

    it('hands them on to every other page, and to the actions of this one', async () => {
      const elsewhere = await run(proxyWith(), visit(inBadge, '/products'));
      expect(headersOfPage(elsewhere).get(VISIT)).toContain(inBadge);
      const action = pageRequest('/products/tents', { cookie: `cv_vid=${inBadge}` }, { method: 'POST' });
      const answer = await run(proxyWith(), action);
      expect(rewriteOf(answer)).toBe(`/convert/${BADGE}/products/tents`);
      expect(headersOfPage(answer).get(VISIT)).toContain(inBadge);
    });

    it.each([
      ['__NEXT_PRIVATE_ORIGIN', 'http://127.0.0.1:3000'],
      ['__NEXT_PRIVATE_ORIGIN', 'http://[::1]:3000'],
      ['__NEXT_PRIVATE_ORIGIN', 'http://fe80::1%eth0:3000'],
      ['__NEXT_PRIVATE_ORIGIN', undefined],
      ['__NEXT_CACHE_COMPONENTS', 'true'],
      ['__NEXT_CACHE_COMPONENTS', undefined],
    ])('hands them on with %s=%s', async (name, value) => {
      vi.stubEnv(name, value);
      expect(headersOfPage(await run(proxyWith(), visit(inBadge))).get(VISIT)).toContain(inBadge);
    });

    it('hands on what a handler changes about them, and decides whatever it asks for', async () => {
      const asked: unknown[] = [];
      const handler = (request: NextRequest, visitor: ProxyVisitor) => {
        asked.push(visitor.experience('home-hero')?.experienceKey, visitor.experience('seasonal-badges')?.variationKey);
        return NextResponse.next({
          request: { headers: new Headers({ ...Object.fromEntries(request.headers), a: 'b' }) },
        });
      };
      const answer = await run(proxyWith({}, { handler }), visit(inBadge));
      expect(rewriteOf(answer)).toBe(`/convert/${BADGE}/products/tents`);
      expect(headersOfPage(answer).get('a')).toBe('b');
      expect(headersOfPage(answer).get(VISIT)).toContain(inBadge);
      expect(asked[1]).toBe('badge');
    });

    it('counts only the experiences of the page as decided', async () => {
      const convert = convertWith();
      const landing = convert.staticVariants(ALL);
      await run(convert.proxy({ staticVariants: [landing] }), visit(inBadge));
      expect(convert.health().experiences.map(({ experienceKey }) => experienceKey)).toEqual(['seasonal-badges']);
    });
  });

  it('logs nothing about visitors', async () => {
    const { lines, logger } = recordLogs();
    await run(proxyWith({ logger, logLevel: 'debug' }), visit(inBadge));
    expect(lines.join()).not.toContain(inBadge);
  });
});

function proxyWith(options: ConvertOptions = {}, own: ProxyOptions = {}) {
  const convert = convertWith(options);
  const landing: StaticVariants = convert.staticVariants(ALL);
  return convert.proxy({ ...own, staticVariants: [landing] });
}

const visit = (visitorId: string, path = '/products/tents') => pageRequest(path, { cookie: `cv_vid=${visitorId}` });

/** Within the site, without its origin. */
function rewriteOf(answer: Response): string | null {
  return answer.headers.get('x-middleware-rewrite')?.replace('http://localhost:3000', '') ?? null;
}

function toldTo(answer: Response, variants: string) {
  const [, text = ''] = /^convert;dur=[\d.]+;desc="([^"\\]*)"$/.exec(answer.headers.get('server-timing') ?? '') ?? [];
  return readPageVisitor(variants, text);
}

function digestOf(run: () => never): string | undefined {
  try {
    return run();
  } catch (error) {
    return error instanceof Error && 'digest' in error ? String(error.digest) : undefined;
  }
}
