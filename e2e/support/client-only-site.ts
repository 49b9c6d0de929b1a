import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** What a page of the site is told; it knows nothing of a server of ours. */
export interface ClientOnlyApp {
  readonly sdkKey: string;
  readonly configUrl: string;
  readonly trackUrl: string;
  readonly consent?: 'granted' | 'pending' | 'denied';
  readonly timeoutMs?: number;
  /** One unless given, at most three. */
  readonly providers?: number;
  /** Does it the wrong way. */
  readonly isNaive?: boolean;
}

export interface ClientOnlySite {
  readonly url: string;
  /** What the pages that are opened from now on are told. */
  tell(app: ClientOnlyApp): void;
  close(): Promise<void>;
}

/** Files on a host that runs no code: one HTML page for every address, and its script. */
export async function startClientOnlySite(first: ClientOnlyApp): Promise<ClientOnlySite> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('client-only-in-page.tsx', import.meta.url))],
    bundle: true,
    minify: true,
    format: 'iife',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    write: false,
  });
  const script = outputFiles[0]?.text ?? '';
  let app = first;
  const server = createServer(({ url }, response) => {
    if (url === '/app.js') return response.setHeader('content-type', 'text/javascript').end(script);
    const told = JSON.stringify(app);
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(
      `<!doctype html><link rel="icon" href="data:,"><div id="root"></div><script>app=${told}</script><script src="/app.js"></script>`,
    );
  }).listen(0);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The site has no port.');
  return {
    url: `http://localhost:${address.port}`,
    tell(next) {
      app = next;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
