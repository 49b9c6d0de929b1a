import { expect, test } from '@playwright/test';
import { CACHE_COMPONENTS } from '../support/addresses.ts';
import { browserFetch } from '../support/browser-fetch.ts';
import { newVisitor } from '../support/visitors.ts';

const PAGE = `${CACHE_COMPONENTS}/products/tarn-tent`;
const STATIC_PAGE = `${CACHE_COMPONENTS}/products/ridge-tent`;

async function answerFor(variation: string): Promise<{ readonly response: Response; readonly packing: string }> {
  const cookie = `cv_vid=${newVisitor({ 'seasonal-badges': variation })}`;
  const response = await browserFetch(PAGE, { headers: { cookie } });
  const [, packing = ''] = /data-testid="packing">(.*?)<\/p>/s.exec(await response.text()) ?? [];
  return { response, packing };
}

test('a cached component is made once for each variation, not for each visitor', async () => {
  const [first, second, other] = [await answerFor('badge'), await answerFor('badge'), await answerFor('no-badge')];
  expect(first.packing).toMatch(/^Packed with autumn pegs.*<time>\d{4}-/);
  expect(second.packing).toBe(first.packing);
  expect(other.packing).toMatch(/^Packed with pegs/);
});

test('the page around the variation is prerendered, and nobody else may keep the answer', async () => {
  const { response } = await answerFor('badge');
  expect(response.headers.get('x-nextjs-postponed')).toBe('1');
  expect(response.headers.get('cache-control')).toContain('no-store');
});

test('a static page with variations is prerendered whole, comes from the cache without a cookie, and names nobody', async () => {
  for (const variation of ['badge', 'no-badge']) {
    const visitorId = newVisitor({ 'seasonal-badges': variation });
    const response = await browserFetch(STATIC_PAGE, { headers: { cookie: `cv_vid=${visitorId}` } });
    expect(response.headers.get('x-nextjs-cache')).toMatch(/^(HIT|STALE)$/);
    expect(response.headers.get('x-nextjs-postponed')).toBeNull();
    expect(response.headers.get('cache-control')).toBe('private, no-cache');
    expect(response.headers.getSetCookie()).toEqual([]);
    const html = await response.text();
    expect(html).toContain(` data-variation="${variation}"`);
    expect(html).not.toContain(visitorId);
  }
});

test('such a page is rendered anew in the background, for each variation', async () => {
  for (const variation of ['badge', 'no-badge']) {
    const cookie = `cv_vid=${newVisitor({ 'seasonal-badges': variation })}`;
    const look = async () => {
      const response = await browserFetch(STATIC_PAGE, { headers: { cookie } });
      const html = await response.text();
      expect(response.headers.get('x-nextjs-cache')).toMatch(/^(HIT|STALE)$/);
      expect(html).toContain(` data-variation="${variation}"`);
      return /<time>([^<]*)/.exec(html)?.[1];
    };
    const first = await look();
    await expect.poll(look, { timeout: 15_000 }).not.toBe(first);
  }
});

test('the address that such a page really has is not found', async () => {
  for (const variants of ['original', '3009860011_3009870023', '1_2', 'anything']) {
    const response = await browserFetch(`${CACHE_COMPONENTS}/convert/${variants}/products/ridge-tent`);
    expect([response.status, response.headers.get('x-robots-tag')]).toEqual([404, 'noindex']);
  }
});
