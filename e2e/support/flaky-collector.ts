import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Random } from './scripted-random.ts';
import { freePort } from './servers.ts';

export interface FlakyCollector {
  readonly trackUrl: string;
  /** How many requests so far. */
  failed(): number;
  forwarded(): number;
  close(): Promise<void>;
}

const FAILING_SHARE = 1 / 3;

/**
 * A collector that fails a third of the time, in front of one that works. It fails before anything is counted: with an
 * answer of 503, or by cutting the connection.
 */
export async function startFlakyCollector(trackUrl: string, random: Random): Promise<FlakyCollector> {
  const counts = { failed: 0, forwarded: 0 };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    if (random.chance(FAILING_SHARE)) {
      counts.failed += 1;
      if (random.chance(0.5)) request.socket.destroy();
      else response.writeHead(503).end();
      return;
    }
    const { 'content-type': type = '', 'user-agent': agent = '' } = request.headers;
    const headers = { 'content-type': type, 'user-agent': agent };
    const { status } = await fetch(trackUrl + request.url, { method: 'POST', headers, body });
    counts.forwarded += 1;
    response.writeHead(status).end();
  }

  const port = await freePort();
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  await once(server.listen(port, '127.0.0.1'), 'listening');
  return {
    trackUrl: `http://127.0.0.1:${port}`,
    failed: () => counts.failed,
    forwarded: () => counts.forwarded,
    async close() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}
