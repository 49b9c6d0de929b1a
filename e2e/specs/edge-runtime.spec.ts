import { connect } from 'node:net';
import { type Emulator, startEmulator } from '@convert-fullstack/emulator';
import { expect, test } from '@playwright/test';
import { EDGE_RUNTIME, EDGE_SECRET } from '../support/addresses.ts';
import { browserFetch } from '../support/browser-fetch.ts';
import { expectCounted } from '../support/collector.ts';
import { open } from '../support/hydrated.ts';
import { type RunningApp, startApp } from '../support/servers.ts';
import { newVisitor, visitAs } from '../support/visitors.ts';

// What its pages show is in rendering.spec.ts, with all the other modes.

async function signUp(app: string, visitorId: string): Promise<void> {
  const headers = { cookie: `cv_vid=${visitorId}` };
  const response = await browserFetch(`${app}/api/newsletter`, { method: 'POST', headers });
  expect([response.status, await response.json()]).toEqual([201, { status: 'queued' }]);
}

const pageFor = async (app: string, visitorId: string) =>
  (await browserFetch(`${app}/products/tarn-tent`, { headers: { cookie: `cv_vid=${visitorId}` } })).text();

async function serve(env: Record<string, string> = {}): Promise<{ emulator: Emulator; app: RunningApp }> {
  const emulator = await startEmulator();
  const { sdkKey, configUrl, trackUrl } = emulator;
  const app = await startApp('edge-runtime', { sdkKey, configUrl, trackUrl, env });
  return { emulator, app };
}

/** With a connection of its own: a server that stops goes on answering on those that it has. */
function isListening(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), 'localhost');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

test.describe('Next.js on the edge runtime', () => {
  test('a route handler delivers after its answer, and knows nothing of what the relay has counted', async ({
    page,
  }) => {
    const visitorId = newVisitor({ 'seasonal-badges': 'badge' });
    await visitAs(page.context(), visitorId);
    await open(page, `${EDGE_RUNTIME}/products/tarn-tent`);
    await expectCounted(visitorId, ['seasonal-badges: badge']);
    await signUp(EDGE_RUNTIME, visitorId);
    await expectCounted(visitorId, ['seasonal-badges: badge', 'goal newsletter-signup ()']);
  });

  for (const [signal, arrived] of [
    ['SIGTERM', 1],
    ['SIGKILL', 0],
  ] as const) {
    test(`of a conversion that waits for Convert, ${arrived} arrives from a server that gets ${signal}`, async () => {
      const { emulator, app } = await serve({ CONVERT_SECRET: EDGE_SECRET });
      emulator.setFaults({ track: 'error' });
      await signUp(app.url, newVisitor());
      process.kill(app.pid, signal);
      await expect.poll(() => isListening(app.url)).toBe(false);
      emulator.setFaults({ track: 'ok' });
      await app.stop(30_000);
      expect(emulator.events()).toHaveLength(arrived);
      await emulator.close();
    });
  }

  test('pages miss what is bound to a location without a secret, which the middleware says', async () => {
    const { emulator, app } = await serve();
    const visitorId = newVisitor({ 'seasonal-badges': 'badge' });
    expect(await pageFor(app.url, visitorId)).toContain('data-variation="no-badge"');
    await expect.poll(() => app.output()).toContain('[convert] Middleware on the edge shares no memory');
    await app.stop();
    await emulator.close();
    expect(await pageFor(EDGE_RUNTIME, visitorId)).toContain('data-variation="badge"');
  });
});
