import { describe, expect, it } from 'vitest';
import {
  addressAfterPreview,
  decideRequest,
  previewCookieHeader,
  previewCookies,
  previewsOf,
  type RequestToDecide,
  requestSource,
} from '../src/index.ts';
import { HERO, PRICING, sampleCore } from './sample-project.ts';

const SITE = 'https://shop.example';

function requestOf(path: string | null, cookie?: string) {
  const headers = new Headers(cookie === undefined ? {} : { cookie });
  return requestSource({ url: path === null ? null : new URL(path, SITE), headers });
}

/** As a preview link writes it. */
const pairsOf = (path: string | null, cookie?: string) =>
  previewsOf(requestOf(path, cookie)).map(({ experienceId, variationId }) => `${experienceId}.${variationId}`);

describe('what a request previews', () => {
  it.each([
    ['nothing', '/', undefined, []],
    ['what its address asks for', '/?convert_preview=1.2', undefined, ['1.2']],
    ['several, the last one first', '/?convert_preview=1.2&convert_preview=3.4', undefined, ['3.4', '1.2']],
    ['what the session remembers', '/', 'cv_preview=1.2_3.4', ['1.2', '3.4']],
    ['what it remembers, where the address is not known', null, 'cv_preview=1.2', ['1.2']],
    ['both, the newest first', '/?convert_preview=5.6', 'cv_preview=1.2_3.4', ['5.6', '1.2', '3.4']],
    ['one variation of each experience', '/?convert_preview=1.9', 'cv_preview=3.4_1.2', ['1.9', '3.4']],
    ['nothing any more with "off"', '/?convert_preview=off', 'cv_preview=1.2', []],
    ['only what comes with "off"', '/?convert_preview=off&convert_preview=3.4', 'cv_preview=1.2', ['3.4']],
  ])('is %s', (_what, path, cookie, pairs) => {
    expect(pairsOf(path, cookie)).toEqual(pairs);
  });

  it.each(['', '1', '1.', 'a.b', '1.2.3', '-1.2', '1.2;', '%00', '<script>', `${'1'.repeat(80)}.2`, '__proto__.1'])(
    'is nothing where that is malformed: %j',
    (value) => {
      expect(pairsOf(`/?convert_preview=${encodeURIComponent(value)}`)).toEqual([]);
      expect(pairsOf('/', `cv_preview=${encodeURIComponent(value)}_1.2`)).toEqual(['1.2']);
    },
  );

  it('has a limit', () => {
    const many = Array.from({ length: 50 }, (_, at) => `${at}.1`);
    expect(pairsOf(`/?${many.map((pair) => `convert_preview=${pair}`).join('&')}`)).toHaveLength(10);
    expect(pairsOf('/', `cv_preview=${many.join('_')}`)).toHaveLength(10);
    expect(pairsOf('/', `cv_preview=${'1.2_'.repeat(1_000)}`)).toEqual([]);
  });
});

describe('the browser', () => {
  const previews = [{ experienceId: '1', variationId: '2' }];

  it('remembers previews until it is closed', () => {
    const other = { experienceId: '3', variationId: '4' };
    expect(previewCookies(requestOf('/'), [...previews, other])).toEqual([
      'cv_preview=1.2_3.4; Path=/; Secure; SameSite=Lax',
    ]);
    const plain = requestSource({ url: new URL('http://localhost'), headers: new Headers() });
    expect(previewCookies(plain, previews)).toEqual(['cv_preview=1.2; Path=/; SameSite=Lax']);
    expect(previewCookies(requestOf('/'), previews, { domain: '.shop.example', name: 'id', maxAge: 60 })).toEqual([
      'cv_preview=1.2; Domain=.shop.example; Path=/; Secure; SameSite=Lax',
    ]);
  });

  it('is told only news', () => {
    expect(previewCookies(requestOf('/', 'cv_preview=1.2'), previews)).toEqual([]);
    expect(previewCookies(requestOf('/'), [])).toEqual([]);
    expect(previewCookies(requestOf('/', 'cv_preview=junk'), [])).toEqual([
      'cv_preview=; Max-Age=0; Path=/; Secure; SameSite=Lax',
    ]);
  });

  it('is sent to the clean address when it leaves', () => {
    const after = (path: string) => addressAfterPreview(new URL(path, SITE))?.href ?? null;
    expect(after('/shop?a=1&convert_preview=off#top')).toBe(`${SITE}/shop?a=1#top`);
    expect([after('/'), after('/?convert_preview=1.2'), after('/?convert_preview=off&convert_preview=1.2')]).toEqual([
      null,
      null,
      null,
    ]);
  });

  it('looks to pages as if it remembered already', () => {
    expect(previewCookieHeader('a="x%zz"; cv_preview=9.9; b=2', previews)).toBe('a="x%zz"; b=2; cv_preview=1.2');
    expect(previewCookieHeader(null, previews)).toBe('cv_preview=1.2');
    expect(previewCookieHeader('cv_preview=9.9', [])).toBeNull();
    expect(previewCookieHeader(' a=1;b=2', [])).toBe(' a=1;b=2');
  });
});

describe('deciding for a request that previews', () => {
  const core = sampleCore();
  const GRANTED = { visitorId: 'visitor-1', consent: 'granted', isNew: false } as const;
  const LOOP = HERO.variationIds[2];
  const decide = (path: string, cookie?: string, request: Partial<RequestToDecide> = {}) =>
    decideRequest(core, { visitor: GRANTED, ...requestOf(path, cookie), ...request });
  const variationsOf = ({ experiences }: Awaited<ReturnType<typeof decide>>) =>
    Object.fromEntries(experiences.map(({ experienceKey, variationId }) => [experienceKey, variationId]));

  it('shows the variation, whatever the page, and everything else as without', async () => {
    const own = variationsOf(await decide('/pricing'));
    expect(own).not.toHaveProperty(HERO.key);
    const payload = await decide(`/pricing?convert_preview=${HERO.id}.${LOOP}`);
    expect(variationsOf(payload)).toEqual({ ...own, [HERO.key]: LOOP });
    expect(payload).toMatchObject({ visitorId: 'visitor-1', preview: true, previewed: [{ experienceKey: HERO.key }] });
    expect(await decide('/pricing', `cv_preview=${HERO.id}.${LOOP}`)).toEqual(payload);
  });

  it('is an ordinary decision when nothing of it exists', async () => {
    expect(await decide('/?convert_preview=1.2', 'cv_preview=3.4')).toEqual(await decide('/'));
  });

  it('shows nothing else to somebody who has no id', async () => {
    for (const visitor of [
      { visitorId: null, consent: 'denied', isNew: true },
      { visitorId: null, consent: 'granted', isNew: true },
    ] as const) {
      const payload = await decide(`/?convert_preview=${HERO.id}.${LOOP}`, undefined, { visitor });
      expect(variationsOf(payload)).toEqual({ [HERO.key]: LOOP });
      expect(payload).toMatchObject({ visitorId: null, visitorRef: 'preview', preview: true });
      expect(payload.consent).toBe(visitor.consent === 'granted' ? undefined : visitor.consent);
      expect((await decide('/?convert_preview=1.2', undefined, { visitor })).experiences).toEqual([]);
    }
  });

  it('leaves no trace', async () => {
    const own = sampleCore();
    await decideRequest(own, { visitor: GRANTED, ...requestOf(`/?convert_preview=${HERO.id}.${LOOP}`) });
    expect(own.health().experiences).toEqual([]);
    await decideRequest(own, { visitor: GRANTED, ...requestOf('/') });
    expect(own.health().experiences).not.toEqual([]);
  });

  it('leaves out what has thrown in the browser, unless that is previewed', async () => {
    const own = variationsOf(await decide('/pricing'));
    const thrown = `cv_thrown=9.9_${PRICING.id}.${own[PRICING.key]}`;
    const { [PRICING.key]: _, ...others } = own;
    expect(variationsOf(await decide('/pricing', thrown))).toEqual(others);
    const other = PRICING.variationIds.find((id) => id !== own[PRICING.key]);
    expect(variationsOf(await decide('/pricing', `cv_thrown=${PRICING.id}.${other}`))).toEqual(own);
    const preview = `cv_preview=${PRICING.id}.${own[PRICING.key]}`;
    expect(variationsOf(await decide('/pricing', `${thrown}; ${preview}`))).toEqual(own);
  });
});
