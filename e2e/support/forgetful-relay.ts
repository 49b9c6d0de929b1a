import { Core } from '@convert-fullstack/core';
import type { RelayBatch } from '@convert-fullstack/core/bridge';
import { createRelay } from '@convert-fullstack/server';
import { EMULATOR } from './addresses.ts';
import type { Recorded } from './recorder.ts';

/** What a relay does whose server starts anew for every event, shares nothing, and gives no receipt. */
export async function takeForgetfully({ headers, body }: Recorded): Promise<Response> {
  const { events }: RelayBatch = JSON.parse(body);
  for (const event of events) {
    const transport = { configUrl: `${EMULATOR}/api/v1`, trackUrl: `${EMULATOR}/v1` };
    await using core = new Core({ sdkKey: 'e2e', environment: 'production', transport });
    await core.initialize();
    const relay = createRelay({ core });
    const request = new Request(`http://${headers.host}/api/convert/events`, {
      method: 'POST',
      // The browser's own, with its cookies.
      headers: new Headers(Object.entries(headers).map(([name, value]): [string, string] => [name, `${value}`])),
      body: JSON.stringify({ events: [event] }),
    });
    const answer = await relay(request);
    if (!answer.ok) throw new Error(`The relay answers ${answer.status}: ${await answer.text()}`);
    await core.flush();
  }
  return new Response(null, { status: 204 });
}
