import './async-storage.ts';
import { type NextFetchEvent, type NextRequest, NextResponse } from 'next/server.js';
import intlMiddleware from 'next-intl/middleware';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConvertProxy } from '../src/index.ts';
import { convertWith, headersOfPage, pageRequest, resetProcess, run, SITE, VISIT, visitorOf } from './fixtures.ts';

const VISITOR = 'visitor-1';
const PASSWORD = { authorization: `Basic ${btoa('shop:open')}` };
const LOCALES = { locales: ['en', 'de'], defaultLocale: 'en' } as const;

beforeEach(resetProcess);
afterEach(resetProcess);

/** `null`: come in. */
function basicAuth(request: NextRequest): Response | null {
  if (request.headers.get('authorization') === PASSWORD.authorization) return null;
  return new Response('Who are you?', { status: 401, headers: { 'www-authenticate': 'Basic' } });
}

/** Pages are in `app/[locale]`, which their addresses do not say. */
function localized(request: NextRequest): NextResponse {
  const answer = NextResponse.rewrite(new URL(`/en${request.nextUrl.pathname}`, request.url));
  answer.cookies.set('locale', 'en');
  return answer;
}

const rewriteOf = (answer: Response) => answer.headers.get('x-middleware-rewrite')?.replace(/^https?:\/\/[^/]*/, '');
const known = (path: string, headers = {}) => pageRequest(path, { cookie: `cv_vid=${VISITOR}`, ...headers });

/** The page behind an answer has the visitor, and the decisions for the public address. */
async function expectDecided(answer: Response, path: string, experienceKey: string): Promise<void> {
  const page = headersOfPage(answer);
  expect(visitorOf(page)).toBe(VISITOR);
  expect(page.get(VISIT)).toContain(`${SITE}${path}`);
  expect(await convertWith().experience(experienceKey, { headers: page })).toMatchObject({ experienceKey });
}

describe('basic auth', () => {
  const orders: [string, () => ConvertProxy][] = [
    ['inside', () => convertWith().proxy(basicAuth)],
    [
      'outside',
      () => {
        const proxy = convertWith().proxy();
        return async (request: NextRequest, fetchEvent: NextFetchEvent) =>
          basicAuth(request) ?? proxy(request, fetchEvent);
      },
    ],
  ];

  it.each(orders)('%s of our proxy refuses whoever does not know the password', async (_order, proxy) => {
    const answer = await run(proxy(), known('/pricing'));
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Basic');
    expect(await answer.text()).toBe('Who are you?');
    expect(answer.headers.get('x-middleware-next')).toBeNull();
  });

  it.each(orders)('%s of our proxy lets everybody else in, decided', async (_order, proxy) => {
    const answer = await run(proxy(), known('/pricing', PASSWORD));
    expect(answer.headers.get('x-middleware-next')).toBe('1');
    await expectDecided(answer, '/pricing', 'pricing-page');
    expect(headersOfPage(answer).get('authorization')).toBe(PASSWORD.authorization);
  });
});

it('a header and a cookie of an own handler tell other scripts what was decided, beside ours', async () => {
  const proxy = convertWith().proxy((_request, visitor) => {
    const hero = visitor.experience('home-hero')?.variationKey ?? 'original';
    const answer = NextResponse.next();
    answer.headers.set('x-home-hero', hero);
    answer.cookies.set('home-hero', hero);
    return answer;
  });
  const story = '5a1f5057-a703-49da-a8de-345f34b178ea';
  const told = await run(proxy, pageRequest('/', { cookie: `cv_vid=${story}` }));
  expect(told.headers.get('x-home-hero')).toBe('trail-story');
  expect(told.headers.getSetCookie()).toEqual(['home-hero=trail-story; Path=/']);
  const ofNew = await run(proxy, pageRequest('/'));
  expect(ofNew.headers.getSetCookie().map((cookie) => cookie.split('=', 1)[0])).toEqual(['home-hero', 'cv_vid']);
  const ofBot = await run(proxy, pageRequest('/', { 'user-agent': 'Googlebot/2.1' }));
  expect(ofBot.headers.get('x-home-hero')).toBe('original');
});

describe('rewrites to a locale', () => {
  const orders: [string, () => ConvertProxy][] = [
    ['inside', () => convertWith().proxy(localized)],
    [
      'outside',
      () => {
        const proxy = convertWith().proxy();
        return async (request: NextRequest, fetchEvent: NextFetchEvent) => {
          const answer = await proxy(request, fetchEvent);
          const rewritten = NextResponse.rewrite(new URL(`/en${request.nextUrl.pathname}`, request.url), answer);
          rewritten.cookies.set('locale', 'en');
          return answer.ok ? rewritten : answer;
        };
      },
    ],
  ];

  it.each(orders)('%s of our proxy are decided for the public address', async (_order, proxy) => {
    const answer = await run(proxy(), known('/pricing'));
    expect(rewriteOf(answer)).toBe('/en/pricing');
    expect(answer.headers.getSetCookie()).toEqual([expect.stringMatching(/^locale=en;/)]);
    await expectDecided(answer, '/pricing', 'pricing-page');
  });

  it.each(orders)('%s of our proxy keep the cookies of both', async (_order, proxy) => {
    const answer = await run(proxy(), pageRequest('/pricing'));
    const names = answer.headers.getSetCookie().map((cookie) => cookie.split('=', 1)[0]);
    expect(names.sort()).toEqual(['cv_vid', 'locale']);
    expect(answer.headers.get('cache-control')).toBe('private, no-store');
  });

  it('lead to static pages when they are inside', async () => {
    const convert = convertWith();
    const pages = { experiences: ['pricing-page'], paths: ['/:locale/pricing'], limit: 3 };
    const staticVariants = [convert.staticVariants(pages)];
    const answer = await run(convert.proxy({ staticVariants, handler: localized }), known('/pricing'));
    expect(rewriteOf(answer)).toMatch(/^\/convert\/3009860002_\d+\/en\/pricing$/);
  });
});

describe('next-intl', () => {
  const withoutPrefix = { ...LOCALES, localePrefix: 'as-needed' } as const;

  it('rewrites to its locale, with the headers of both for the page', async () => {
    const proxy = convertWith().proxy(intlMiddleware(withoutPrefix));
    const answer = await run(proxy, known('/pricing'));
    expect(rewriteOf(answer)).toBe('/en/pricing');
    expect(headersOfPage(answer).get('x-next-intl-locale')).toBe('en');
    await expectDecided(answer, '/pricing', 'pricing-page');
  });

  it('redirects to its locale, and the visitor keeps the id of the first answer', async () => {
    const proxy = convertWith().proxy(intlMiddleware(LOCALES));
    const answer = await run(proxy, pageRequest('/pricing', { 'accept-language': 'de' }));
    expect(answer.headers.get('location')).toMatch(/\/de\/pricing$/);
    const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split('=', 1)[0]);
    expect(cookies).toContain('cv_vid');
  });

  it('outside of our proxy hands on what that wrote into the request', async () => {
    const [ours, intl] = [convertWith().proxy(), intlMiddleware(withoutPrefix)];
    const proxy = async (request: NextRequest, fetchEvent: NextFetchEvent) => {
      const answer = await ours(request, fetchEvent);
      if (!answer.ok) return answer;
      const translated = intl(request);
      for (const cookie of answer.headers.getSetCookie()) translated.headers.append('set-cookie', cookie);
      return translated;
    };
    const answer = await run(proxy, known('/pricing'));
    expect(rewriteOf(answer)).toBe('/en/pricing');
    expect(headersOfPage(answer).get('x-next-intl-locale')).toBe('en');
    await expectDecided(answer, '/pricing', 'pricing-page');
    const first = await run(proxy, pageRequest('/pricing'));
    expect(first.headers.getSetCookie().join()).toContain('cv_vid=');
    expect(visitorOf(headersOfPage(first))).toBe(/cv_vid=([^;]*)/.exec(first.headers.getSetCookie().join())?.[1]);
    const leaving = await run(proxy, known('/pricing?convert_preview=off'));
    expect(leaving.headers.get('location')).toMatch(/\/pricing$/);
  });

  it('leads to the static page of its locale', async () => {
    const convert = convertWith();
    const pages = { experiences: ['pricing-page'], paths: ['/:locale/pricing'], limit: 3 };
    const staticVariants = [convert.staticVariants(pages)];
    const answer = await run(
      convert.proxy({ staticVariants, handler: intlMiddleware(withoutPrefix) }),
      known('/pricing'),
    );
    expect(rewriteOf(answer)).toMatch(/^\/convert\/3009860002_\d+\/en\/pricing$/);
    expect(headersOfPage(answer).get('x-next-intl-locale')).toBe('en');
  });

  it('behind basic auth asks nobody for a password twice', async () => {
    const intl = intlMiddleware(withoutPrefix);
    const proxy = convertWith().proxy((request) => basicAuth(request) ?? intl(request));
    expect((await run(proxy, known('/pricing'))).status).toBe(401);
    expect(rewriteOf(await run(proxy, known('/pricing', PASSWORD)))).toBe('/en/pricing');
  });
});
