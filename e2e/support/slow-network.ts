import type { Page } from '@playwright/test';

/** A phone in the country: every request takes its time. */
export async function slowNetwork(page: Page): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  const speed = { latency: 200, downloadThroughput: 200_000, uploadThroughput: 100_000 };
  await cdp.send('Network.emulateNetworkConditions', { offline: false, ...speed });
}
