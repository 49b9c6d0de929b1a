import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

export interface RunningApp {
  readonly url: string;
  readonly pid: number;
  /** What it has printed so far. */
  output(): string;
  /** SIGTERM; what has not ended by itself after `patienceMs`, default 5 s, is killed. Tells whether it ended by itself. */
  stop(patienceMs?: number): Promise<boolean>;
}

export interface AppSettings {
  readonly sdkKey: string;
  readonly configUrl: string;
  readonly trackUrl: string;
  /** Default: any that is free. */
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** For `next start`. */
  readonly args?: readonly string[];
}

const NEXT = 'node_modules/next/dist/bin/next';

const FOLDERS = {
  storefront: '../../examples/storefront',
  rendering: '../../examples/rendering',
  'edge-runtime': '../../examples/edge-runtime',
  'fixture-app': '../fixture-app',
};

/** A server of the test's own, for what would disturb others: `next start`. */
export async function startApp(
  app: keyof typeof FOLDERS,
  { sdkKey, configUrl, trackUrl, port, env: ownEnv, args }: AppSettings,
): Promise<RunningApp> {
  const folder = fileURLToPath(new URL(FOLDERS[app], import.meta.url));
  const env = { CONVERT_SDK_KEY: sdkKey, CONVERT_CONFIG_URL: configUrl, CONVERT_TRACK_URL: trackUrl, ...ownEnv };
  return runNext('start', folder, env, { ...(port && { port }), ...(args && { args }) });
}

/** Next.js for the application in this folder, on a free port unless one is given. */
export async function runNext(
  command: 'start' | 'dev',
  folder: string,
  env: Readonly<Record<string, string>>,
  { port: wantedPort, args = [] }: Pick<AppSettings, 'port' | 'args'> = {},
): Promise<RunningApp> {
  const port = wantedPort ?? (await freePort());
  const child = spawn(process.execPath, [NEXT, command, '-p', `${port}`, ...args], {
    cwd: folder,
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
    child.once('close', () => reject(new Error(`next ${command} has ended:\n${output}`)));
  });
  await isReady;
  return {
    url: `http://localhost:${port}`,
    pid: child.pid ?? 0,
    output: () => output,
    async stop(patienceMs = 5_000) {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), patienceMs);
      await ended;
      clearTimeout(late);
      return child.signalCode === null;
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
