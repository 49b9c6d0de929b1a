import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

export interface RunningApp {
  readonly url: string;
  /** What it has printed so far. */
  output(): string;
  stop(): Promise<void>;
}

const NEXT = 'node_modules/next/dist/bin/next';

const FOLDERS = { storefront: '../../examples/storefront', 'fixture-app': '../fixture-app' };

/** A server of the test's own, for what would disturb others: `next start` on a free port. */
export async function startApp(
  app: keyof typeof FOLDERS,
  { sdkKey, configUrl, trackUrl }: { sdkKey: string; configUrl: string; trackUrl: string },
): Promise<RunningApp> {
  const port = await freePort();
  const cwd = fileURLToPath(new URL(FOLDERS[app], import.meta.url));
  const env = { CONVERT_SDK_KEY: sdkKey, CONVERT_CONFIG_URL: configUrl, CONVERT_TRACK_URL: trackUrl };
  const child = spawn(process.execPath, [NEXT, 'start', '-p', `${port}`], {
    cwd,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  let output = '';
  const isReady = new Promise<void>((resolve, reject) => {
    const listen = (chunk: Buffer) => {
      output += chunk;
      if (output.includes('Ready in')) resolve();
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.once('error', reject);
    child.once('close', () => reject(new Error(`The ${app} has ended:\n${output}`)));
  });
  await isReady;
  return {
    url: `http://localhost:${port}`,
    output: () => output,
    async stop() {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(late);
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port is free.');
  return address.port;
}
