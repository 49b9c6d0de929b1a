import { expect, type Page } from '@playwright/test';
import { hydrated } from './hydrated.ts';
import type { RenderingMode } from './rendering-modes.ts';

/** Goes to the page as its visitors do, and waits until it shows a variation and reacts. `query`: of where they start. */
export async function arrive(page: Page, { url, from, subject }: RenderingMode, query = ''): Promise<void> {
  // Not until it has loaded: what links prefetch meanwhile takes long on a slow network.
  await page.goto((from?.url ?? url) + query, { waitUntil: 'commit' });
  if (from) {
    const link = page.getByRole('link', { name: from.link });
    await hydrated(page, 'main a');
    await link.click();
    await page.waitForURL(url);
  }
  await expect(page.getByTestId(subject.testId).and(page.locator(':visible'))).toBeVisible({ timeout: 30_000 });
  await hydrated(page);
}
