import { expect, test } from '@playwright/test';
import { CACHE_COMPONENTS } from '../support/addresses.ts';
import { browserFetch } from '../support/browser-fetch.ts';
import { newVisitor } from '../support/visitors.ts';

const PAGE = `${CACHE_COMPONENTS}/products/tarn-tent`;

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
