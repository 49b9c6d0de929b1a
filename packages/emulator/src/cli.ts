#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { readProjectFile } from './project-file.ts';
import { type Emulator, startEmulator } from './server.ts';

const usage = `Usage: convert-emulator [options]

A local Convert: serves a project config, checks and keeps tracking events, shows them live.

  --config <file>    the project config to serve (default: a sample project)
  --port <number>    where to listen (default: 4400; 0: any free port)
  --host <host>      which address to listen on (default: all of localhost)
  --data <file>      a JSONL file that keeps events across restarts (default: in memory)
  --sdk-key <key>    an SDK key to accept; repeat it for more (default: any key)
  --health <url>     where an application tells its core.health(), for the dashboard
  --quiet            do not print what arrives
  --help             print this`;

await main().catch((cause: unknown) => {
  console.error(`convert-emulator: ${cause instanceof Error ? cause.message : String(cause)}`);
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      config: { type: 'string' },
      port: { type: 'string', default: '4400' },
      host: { type: 'string' },
      data: { type: 'string' },
      'sdk-key': { type: 'string', multiple: true, default: [] },
      health: { type: 'string' },
      quiet: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(usage);

  const emulator = await startEmulator({
    port: parsePort(values.port),
    sdkKeys: values['sdk-key'],
    ...(values.config !== undefined && { project: await readProjectFile(values.config) }),
    ...(values.host !== undefined && { host: values.host }),
    ...(values.data !== undefined && { dataFile: values.data }),
    ...(values.health !== undefined && { health: values.health }),
    ...(!values.quiet && { log: console.log }),
  });
  console.log(greeting(emulator));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void emulator.close());
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65535) return port;
  throw new Error(`--port must be a number from 0 to 65535, not "${text}".`);
}

function greeting({ dashboardUrl, configUrl, trackUrl, sdkKey }: Emulator): string {
  return `
  Dashboard  ${dashboardUrl}

  new Core({
    sdkKey: '${sdkKey}',
    transport: {
      configUrl: '${configUrl}',
      trackUrl: '${trackUrl}',
    },
  })

  Ctrl-C stops it.
`;
}
