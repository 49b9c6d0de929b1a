import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { type Duplex, pipeline } from 'node:stream';
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

/** Answers in the application's place; `null` leaves it to the application. */
export type AnswerInstead = (request: Recorded) => Promise<Response | null>;

/** Stands between browser and application and writes down what is said. Pages are on its origin. */
export async function startRecorder(target: string, answerInstead?: AnswerInstead): Promise<Recorder> {
  const requests: Recorded[] = [];
  const server = createServer((incoming, outgoing) => {
    forward(incoming, outgoing, { target, requests, answerInstead }).catch(() => outgoing.destroy());
  }).listen(0);
  server.on('upgrade', (incoming, socket) => tunnel(incoming, socket, target));
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

interface Place {
  readonly target: string;
  readonly requests: Recorded[];
  readonly answerInstead: AnswerInstead | undefined;
}

async function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { target, requests, answerInstead }: Place,
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
  const own = await answerInstead?.(recorded);
  if (own) {
    recorded.status = own.status;
    outgoing.writeHead(own.status, Object.fromEntries(own.headers)).end(await own.text());
    recorded.answeredAt = performance.now();
    return;
  }
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

/** The channel by which a dev server tells its pages of edits. */
function tunnel({ method, url, rawHeaders }: IncomingMessage, browser: Duplex, target: string): void {
  const { hostname, port } = new URL(target);
  const app = connect(Number(port), hostname);
  const lines = [`${method} ${url} HTTP/1.1`];
  for (let at = 0; at < rawHeaders.length; at += 2) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  app.write(`${lines.join('\r\n')}\r\n\r\n`);
  // Either end may go at any time, and takes the other one along.
  pipeline(app, browser, app, () => {});
}
