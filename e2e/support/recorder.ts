import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** One request that reached an application, and how it was answered. */
export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Like `answeredAt`, in ms of `performance.now()`. */
  readonly arrivedAt: number;
  answeredAt: number;
  /** 0: no answer has been sent. */
  status: number;
  setCookies: readonly string[];
  answer: string;
}

export interface Recorder {
  readonly url: string;
  /** Everything so far, oldest first, also what pages send that are gone by then. */
  readonly requests: readonly Recorded[];
  /** What the pages sent to the relay. */
  relayed(action?: 'events' | 'consent' | 'payload'): readonly Recorded[];
  close(): Promise<void>;
}

/** Stands between browser and application and writes down what is said. Pages are on its origin. */
export async function startRecorder(target: string): Promise<Recorder> {
  const requests: Recorded[] = [];
  const server = createServer((incoming, outgoing) => {
    forward(incoming, outgoing, target, requests).catch(() => outgoing.destroy());
  }).listen(0);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The recorder has no port.');
  return {
    url: `http://localhost:${address.port}`,
    requests,
    relayed: (action) => requests.filter(({ path }) => path.startsWith(`/api/convert/${action ?? ''}`)),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  target: string,
  requests: Recorded[],
): Promise<void> {
  const { method = '', url: path = '', headers } = incoming;
  const sent = await buffer(incoming);
  const recorded: Recorded = {
    method,
    path,
    headers,
    body: sent.toString(),
    arrivedAt: performance.now(),
    answeredAt: Number.POSITIVE_INFINITY,
    status: 0,
    setCookies: [],
    answer: '',
  };
  requests.push(recorded);
  // Answers that can be read, and the host that the browser asked for: the application knows its pages by it.
  const sending = request(target + path, { method, headers: { ...headers, 'accept-encoding': 'identity' } });
  sending.end(sent);
  const [answer] = (await once(sending, 'response')) as [IncomingMessage];
  recorded.status = answer.statusCode ?? 0;
  recorded.setCookies = answer.headers['set-cookie'] ?? [];
  outgoing.writeHead(recorded.status, answer.headers);
  for await (const chunk of answer) {
    recorded.answer += chunk;
    outgoing.write(chunk);
  }
  outgoing.end();
  recorded.answeredAt = performance.now();
}
