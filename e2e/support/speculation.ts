import type { Page } from '@playwright/test';
import { open } from './hydrated.ts';

/** By the speculation rules of a page that shows no experience; waits until the document is there. */
export async function prefetchCart(page: Page): Promise<void> {
  await open(page, '/links');
  const devtools = await page.context().newCDPSession(page);
  const isReady = new Promise<void>((resolve) => {
    devtools.on('Preload.prefetchStatusUpdated', ({ status }) => status === 'Ready' && resolve());
  });
  await devtools.send('Preload.enable');
  await page.evaluate(() => {
    const rules = Object.assign(document.createElement('script'), { type: 'speculationrules' });
    rules.text = JSON.stringify({ prefetch: [{ urls: ['/cart'], eagerness: 'immediate' }] });
    document.head.append(rules);
  });
  await isReady;
}
