import type { Exchange } from './exchange.ts';

/** Server-sent events to every open dashboard. */
export interface LiveStream {
  open(exchange: Exchange): void;
  send(name: string, payload: unknown): void;
  close(): void;
}

export function createLiveStream(): LiveStream {
  const listeners = new Set<Exchange['response']>();
  const write = (chunk: string): void => {
    for (const response of listeners) response.write(chunk);
  };
  // Keeps proxies from ending a quiet connection.
  const heartbeat = setInterval(() => write(': still here\n\n'), 15_000).unref();
  return {
    open: ({ response }) => {
      response.writeHead(200, {
        'Content-Type': 'text/event-stream; charset=utf-8',
        'Cache-Control': 'no-store',
        'X-Accel-Buffering': 'no',
      });
      response.write('retry: 1000\n\n');
      listeners.add(response);
      response.on('close', () => listeners.delete(response));
    },
    send: (name, payload) => write(`event: ${name}\ndata: ${JSON.stringify(payload)}\n\n`),
    close: () => {
      clearInterval(heartbeat);
      for (const response of listeners) response.end();
    },
  };
}
