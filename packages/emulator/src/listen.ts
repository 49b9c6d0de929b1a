import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EmulatorError } from './errors.ts';

export interface Listening {
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on `host`, or without one on both loopback addresses: "localhost" means either, depending on who asks. */
export async function listen(onRequest: RequestListener, port: number, host?: string): Promise<Listening> {
  if (host !== undefined) {
    const server = await bind(onRequest, port, host).catch((cause: unknown) => unavailable(port, host, cause));
    return listening([server], isWildcard(host) ? 'localhost' : host);
  }
  const v4 = await bind(onRequest, port, '127.0.0.1').catch((cause: unknown) => unavailable(port, 'localhost', cause));
  try {
    return listening([v4, await bind(onRequest, portOf(v4), '::1')], 'localhost');
  } catch (cause) {
    if (hasNoIpv6(cause)) return listening([v4], 'localhost');
    await closeAll([v4]);
    // The free port that the system chose for one address may be taken on the other.
    return port === 0 ? listen(onRequest, port) : unavailable(port, 'localhost', cause);
  }
}

function bind(onRequest: RequestListener, port: number, host: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(onRequest);
    server.once('error', reject);
    server.listen(port, host, () => resolve(server.off('error', reject)));
  });
}

function listening(servers: readonly [Server, ...Server[]], host: string): Listening {
  const name = host.includes(':') ? `[${host}]` : host;
  return { url: `http://${name}:${portOf(servers[0])}`, close: () => closeAll(servers) };
}

async function closeAll(servers: readonly Server[]): Promise<void> {
  await Promise.all(
    servers.map((server) => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    }),
  );
}

function portOf(server: Server): number {
  // A server that listens on a host and port has an address object, not a pipe name.
  return (server.address() as AddressInfo).port;
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

function hasNoIpv6(cause: unknown): boolean {
  return ['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(codeOf(cause));
}

function unavailable(port: number, host: string, cause: unknown): never {
  const code = codeOf(cause);
  const message =
    code === 'EADDRINUSE'
      ? `Port ${port} on ${host} is in use. Stop the program that has it, or choose another port.`
      : `Cannot listen on ${host}, port ${port} (${code || String(cause)}). Choose another host or port.`;
  throw new EmulatorError('address_unavailable', message, { cause });
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}
