import './async-storage.ts';
import { NextRequest, NextResponse } from 'next/server.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Convert, ConvertOptions } from '../src/index.ts';
import { convertWith, HERO, headersOfPage, pageRequest, resetProcess, run, SITE, startService } from './fixtures.ts';
import { inRequest } from './request-scope.ts';

beforeEach(resetProcess);
afterEach(resetProcess);

const LOOP = '3009860001.3009870003';
const STORY = '3009860001.3009870002';
const ANNUAL = '3009860002.3009870005';
/** In variation `original`. */
const VISITOR = 'cv_vid=bad7ac61-53e5-418a-9dc4-b59f56175ed7';

const previewOf = (cookie: string) => `${cookie}; Path=/; Secure; SameSite=Lax`;

function ask(path: string, headers: Record<string, string> = { cookie: VISITOR }, options?: ConvertOptions) {
  const convert = convertWith(options);
  return run(convert.proxy(), pageRequest(path, headers)).then((answer) => ({ convert, answer }));
}

/** What a page behind the proxy reads. */
async function pageOf(convert: Convert, answer: Response, path = '/') {
  const request = new NextRequest(`http://localhost:3000${path}`, { headers: headersOfPage(answer) });
  const { result } = await inRequest(request, async () => ({
    hero: (await convert.experience(HERO.key))?.variationKey,
    payload: await convert.payload(),
    only: await convert.payload({ only: ['pricing-page'] }),
  }));
  return result;
}

describe('the proxy, for a preview link', () => {
  it('remembers the preview, and has the page of the same request show it', async () => {
    const { convert, answer } = await ask(`/?convert_preview=${LOOP}`);
    expect(answer.headers.getSetCookie()).toEqual([previewOf(`cv_preview=${LOOP}`)]);
    expect(headersOfPage(answer).get('cookie')).toBe(`${VISITOR}; cv_preview=${LOOP}`);
    const { hero, payload, only } = await pageOf(convert, answer);
    expect(hero).toBe('silent-loop');
    expect(payload).toMatchObject({ preview: true, previewed: [{ variationKey: 'silent-loop' }] });
    expect(only).toMatchObject({ preview: true, experiences: [], previewed: [{ variationKey: 'silent-loop' }] });
    expect(convert.health().experiences).toEqual([]);
  });

  it('keeps caches and search engines from the page', async () => {
    for (const headers of [{ cookie: VISITOR }, { cookie: `${VISITOR}; cv_preview=${LOOP}` }]) {
      const { answer } = await ask(`/?convert_preview=${LOOP}`, headers);
      expect(answer.headers.get('cache-control')).toBe('private, no-store');
      expect(answer.headers.get('x-robots-tag')).toBe('noindex');
    }
    const { answer } = await ask('/');
    expect(answer.headers.has('cache-control') || answer.headers.has('x-robots-tag')).toBe(false);
  });

  it('adds up previews, newest first, and replaces those of the same experience', async () => {
    const cookie = `${VISITOR}; cv_preview=${ANNUAL}_${LOOP}`;
    const { convert, answer } = await ask(`/?convert_preview=${STORY}`, { cookie });
    expect(answer.headers.getSetCookie()).toEqual([previewOf(`cv_preview=${STORY}_${ANNUAL}`)]);
    const { hero, only } = await pageOf(convert, answer);
    expect(hero).toBe('trail-story');
    expect(only.experiences).toMatchObject([{ variationKey: 'annual-first' }]);
  });

  it('forgets what does not exist, and is then as without', async () => {
    for (const [path, cookie] of [
      ['/?convert_preview=1.2', VISITOR],
      ['/', `${VISITOR}; cv_preview=1.2`],
      ['/', `${VISITOR}; cv_preview=%3Cscript%3E`],
    ] as const) {
      const { convert, answer } = await ask(path, { cookie });
      const erased = cookie === VISITOR ? [] : [previewOf('cv_preview=; Max-Age=0')];
      expect(answer.headers.getSetCookie()).toEqual(erased);
      expect(headersOfPage(answer).get('cookie')).toBe(VISITOR);
      const { hero, payload } = await pageOf(convert, answer);
      expect(hero).toBe('original');
      expect(payload).not.toHaveProperty('preview');
      resetProcess();
    }
  });

  it('keeps what is asked for while there is no config to look into', async () => {
    const { url } = await startService((_request, response) => void response.writeHead(503).end());
    const { answer } = await ask(`/?convert_preview=${LOOP}`, undefined, {
      sdkKey: 'account/key',
      transport: { configUrl: url, trackUrl: url },
    });
    expect(answer.headers.getSetCookie()).toContainEqual(previewOf(`cv_preview=${LOOP}`));
  });

  it('shows it to the application’s own proxy, whose answer keeps its meaning', async () => {
    const convert = convertWith();
    const proxy = convert.proxy((request, visitor) =>
      NextResponse.rewrite(new URL(`/${visitor.experience(HERO.key)?.variationKey}`, request.url)),
    );
    const answer = await run(proxy, pageRequest(`/?convert_preview=${LOOP}`, { cookie: VISITOR }));
    expect(answer.headers.get('x-middleware-rewrite')).toMatch(/\/silent-loop$/);
    expect((await pageOf(convert, answer)).hero).toBe('silent-loop');
  });

  it('tells another site nothing of it', async () => {
    const proxy = convertWith().proxy(() => NextResponse.rewrite('https://cms.example/'));
    const answer = await run(proxy, pageRequest(`/?convert_preview=${LOOP}`, { cookie: VISITOR }));
    expect(headersOfPage(answer).get('cookie')).toBe(VISITOR);
  });

  it('leaves with a redirect to the clean address, before anything else', async () => {
    const proxy = convertWith().proxy(() => expect.fail('asked the application'));
    const request = pageRequest('/shop?a=1&convert_preview=off', { cookie: `${VISITOR}; cv_preview=${LOOP}` });
    const answer = await run(proxy, request);
    expect([answer.status, answer.headers.get('location')]).toEqual([307, `${SITE}/shop?a=1`]);
    expect(answer.headers.getSetCookie()).toEqual([previewOf('cv_preview=; Max-Age=0')]);
    expect(answer.headers.get('cache-control')).toBe('private, no-store');
  });
});

describe('where the proxy did not run', () => {
  it('a page shows what the session previews, and a conversion of its server action is not counted', async () => {
    const convert = convertWith();
    const of = (cookie: string) =>
      inRequest(pageRequest('/', { cookie }), async () => [
        (await convert.experience(HERO.key, { url: '/' }))?.variationKey,
        (await convert.trackConversion('purchase')).status,
      ]).then(({ result }) => result);
    expect(await of(`${VISITOR}; cv_preview=${LOOP}`)).toEqual(['silent-loop', 'preview']);
    expect(await of(`${VISITOR}; cv_preview=1.2`)).toEqual(['original', 'queued']);
  });

  it('a conversion that a webhook carries is counted, whoever asks', async () => {
    const convert = convertWith();
    const { result } = await inRequest(pageRequest('/', { cookie: `cv_preview=${LOOP}` }), () =>
      convert.trackConversion('purchase', { visitorId: 'visitor-7' }),
    );
    expect(result.status).toBe('queued');
  });
});
