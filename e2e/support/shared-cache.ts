import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';

interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Buffer;
}

interface Kept {
  readonly answer: Answer;
  /** What `Vary` names, as the first request had it. */
  readonly asked: string;
}

export interface SharedCache {
  readonly url: string;
  /** How many requests were answered from it. */
  readonly hits: () => number;
  close(): Promise<void>;
}

/** As a CDN in front of an application: what it keeps, it gives to everybody. One that is not obedient keeps everything. */
export async function startSharedCache(target: string, { isObedient = true } = {}): Promise<SharedCache> {
  const kept = new Map<string, Kept>();
  let hits = 0;

  async function answerTo(incoming: IncomingMessage): Promise<Answer> {
    const address = incoming.url ?? '/';
    const known = kept.get(address);
    if (known && known.asked === askedOf(incoming, known.answer)) {
      hits += 1;
      return known.answer;
    }
    const answer = await forward(incoming, target);
    if (!isObedient || mayBeShared(answer)) kept.set(address, { answer, asked: askedOf(incoming, answer) });
    return answer;
  }

  /** What tells requests for one address apart. */
  function askedOf({ headers }: IncomingMessage, answer: Answer): string {
    const varying = isObedient ? String(answer.headers.vary ?? '').split(',') : [];
    return JSON.stringify(varying.map((name) => headers[name.trim().toLowerCase()]));
  }

  const server = createServer((incoming, outgoing) => {
    answerTo(incoming)
      .then(({ status, headers, body }) => outgoing.writeHead(status, headers).end(body))
      .catch(() => outgoing.destroy());
  }).listen(0);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The cache has no port.');
  return {
    url: `http://localhost:${address.port}`,
    hits: () => hits,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** By RFC 9111, but for what may be kept without saying so. */
function mayBeShared({ status, headers }: Answer): boolean {
  const control = String(headers['cache-control'] ?? '');
  return (
    status === 200 && /\b(s-maxage|max-age|public)\b/.test(control) && !/\b(private|no-store|no-cache)\b/.test(control)
  );
}

async function forward({ method, url, headers }: IncomingMessage, target: string): Promise<Answer> {
  const sending = request(target + url, { method, headers: { ...headers, 'accept-encoding': 'identity' } }).end();
  const [answer] = (await once(sending, 'response')) as [IncomingMessage];
  const { 'transfer-encoding': _, ...kept } = answer.headers;
  return { status: answer.statusCode ?? 0, headers: kept, body: await buffer(answer) };
}
