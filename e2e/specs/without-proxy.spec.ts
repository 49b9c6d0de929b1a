import { expect, test } from '@playwright/test';
import { EMULATOR } from '../support/addresses.ts';
import { browserFetch } from '../support/browser-fetch.ts';
import { type RunningApp, startApp } from '../support/servers.ts';
import { newVisitor } from '../support/visitors.ts';

// Pages that the matcher leaves out, in an app whose prefetches run server code. The server is new each time: that one
// of these pages is the first to need the config is part of the risk.

const ADDRESSES = { sdkKey: 'e2e', configUrl: `${EMULATOR}/api/v1`, trackUrl: `${EMULATOR}/v1` };
const PREFETCH = { rsc: '1', 'next-router-prefetch': '3', 'next-url': '/' };

let app: RunningApp;
test.beforeEach(async () => {
  app = await startApp('fixture-app', ADDRESSES);
});
test.afterEach(() => app.stop());

test('a page without the proxy is decided, and the server has nothing to complain about', async () => {
  const visitorId = newVisitor({ 'pricing-page': 'annual-first' });
  for (const _ of ['once', 'again']) expect(await get(visitorId)).toBe('pricing-page=annual-first');
  expect(app.output().match(/^.*(?:error|warn).*$/gim)).toBeNull();
});

test('a prefetch that is the first to need the config does not keep everybody from it', async () => {
  const visitorId = newVisitor({ 'pricing-page': 'annual-first' });
  await get(visitorId, PREFETCH);
  await expect.poll(() => get(visitorId), { timeout: 8_000 }).toBe('pricing-page=annual-first');
});

/** What the page was decided with. */
async function get(visitorId: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const response = await browserFetch(`${app.url}/unmatched`, {
    headers: { cookie: `cv_vid=${visitorId}`, ...headers },
  });
  return /decided for [^:]*: ([^;]*);/.exec(await response.text())?.[1] ?? 'nothing';
}
