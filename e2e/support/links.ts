import { expect, type Page } from '@playwright/test';
import { open } from './hydrated.ts';

/** Opens the page that links in all three modes, and waits until Next.js has prefetched what it prefetches. */
export async function openLinks(page: Page): Promise<void> {
  const prefetched: string[] = [];
  page.on('requestfinished', (request) => prefetched.push(new URL(request.url()).pathname));
  await open(page, '/links');
  await expect.poll(() => prefetched).toEqual(expect.arrayContaining(['/pricing/target', '/products/target']));
  await page.waitForLoadState('networkidle');
  expect(prefetched).not.toContain('/cart');
}
