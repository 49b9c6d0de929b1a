import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TrackingBody } from '@convert-fullstack/core';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  /** The parsed body of a tracking request. */
  readonly body: TrackingBody;
  /** Status of a complete answer; `null` when there was none. */
  status: number | null;
  /** When the client hung up before the answer was complete. */
  readonly hungUp: Promise<void>;
}

export type Answer = (response: ServerResponse, request: Received) => void;

/** A real HTTP server that answers as scripted, then with the last answer again and again. */
export class HttpHost implements AsyncDisposable {
  readonly received: Received[] = [];
  script: Answer[] = [ok];
  readonly #server = createServer((request, response) => void this.#take(request, response));

  static async start(...script: Answer[]): Promise<HttpHost> {
    const host = new HttpHost();
    if (script.length > 0) host.script = script;
    await host.listen(0);
    return host;
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Bodies of tracking requests that were answered with a 2xx status. */
  get accepted(): TrackingBody[] {
    const isSuccess = ({ method, status }: Received) =>
      method === 'POST' && status !== null && status >= 200 && status < 300;
    return this.received.filter(isSuccess).map(({ body }) => body);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://host');
    const received: Received = {
      method: request.method ?? '',
      path: pathname,
      query: searchParams,
      headers: request.headers,
      text,
      body: text === '' ? null : JSON.parse(text),
      status: null,
      hungUp: new Promise((resolve) => response.once('close', () => !response.writableFinished && resolve())),
    };
    this.received.push(received);
    const answer = this.script.length > 1 ? this.script.shift() : this.script[0];
    answer?.(response, received);
  }
}

/** Answers with a status, and with headers and a body if given. */
export function status(code: number, headers: Record<string, string> = {}, body = ''): Answer {
  return (response, received) => {
    received.status = code;
    response.writeHead(code, headers).end(body);
  };
}

export const ok: Answer = status(200, { 'content-type': 'application/json' }, '{"code":200,"message":"OK"}');
export const json = (value: unknown, headers: Record<string, string> = {}): Answer =>
  status(200, { 'content-type': 'application/json', ...headers }, JSON.stringify(value));
/** Closes the connection without an answer. */
export const reset: Answer = (response) => void response.socket?.resetAndDestroy();
/** Starts an answer with a failing status and breaks off in its body. */
export const resetMidBody: Answer = (response) => {
  response.writeHead(500, { 'content-length': '1000' });
  response.write('half an ans', () => response.socket?.resetAndDestroy());
};
/** Never answers. */
export const hang: Answer = () => {};
/** Accepts at once and then takes for ever over the body. */
export const drip: Answer = (response, received) => {
  received.status = 200;
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 20);
  response.once('close', () => clearInterval(timer));
};
