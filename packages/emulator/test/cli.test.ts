import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runEmulator } from './emulator.ts';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));
let folder: string;

// A build of its own: the real one may be missing, old, or in the middle of being made.
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'convert-emulator-cli-'));
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', join(folder, 'dist')], {
    cwd: packageFolder,
  });
  for (const part of ['package.json', 'projects', 'dashboard']) {
    cpSync(join(packageFolder, part), join(folder, part), { recursive: true });
  }
  symlinkSync(join(packageFolder, 'node_modules'), join(folder, 'node_modules'));
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true }));

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function runCli(
  args: readonly string[],
  onOutput: (stdout: string, stop: () => void) => void = () => {},
): Promise<Run> {
  const child = spawn(process.execPath, [join(folder, 'dist', 'cli.js'), ...args], { cwd: folder });
  let [stdout, stderr] = ['', ''];
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
    onOutput(stdout, () => child.kill('SIGINT'));
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
}

describe('the command', () => {
  it('prints its addresses, serves the sample project and stops on Ctrl-C', async () => {
    let status: number | undefined;
    const run = await runCli(['--port', '0'], async (stdout, stop) => {
      const configUrl = /configUrl: '(.+)'/.exec(stdout)?.[1];
      if (!configUrl || status !== undefined) return;
      status = 0;
      status = (await fetch(`${configUrl}/config/local`)).status;
      stop();
    });
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(/Dashboard {2}http:\/\/localhost:\d+\/\n.*trackUrl: 'http:\/\/localhost:\d+\/v1'/s);
    expect(status).toBe(200);
  });

  it.each<[string, readonly string[], RegExp]>([
    ['a config that does not exist', ['--config', 'missing.json'], /Cannot read the project config "missing\.json"/],
    ['a config that is not JSON', ['--config', 'broken.json'], /"broken\.json" is not JSON/],
    ['a config that is another document', ['--config', 'package.json'], /not a project config: account_id/],
    ['a data file that is another document', ['--data', 'package.json'], /not an event file/],
    ['a port that is none', ['--port', 'eighty'], /--port must be a number/],
    ['a health that nobody tells', ['--health', 'localhost:3000'], /health must be an http or https URL/],
    ['an option it does not know', ['--prot', '1'], /--prot/],
  ])('says in one message what is wrong with %s', async (_, args, message) => {
    writeFileSync(join(folder, 'broken.json'), '{');
    const run = await runCli(args);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(message);
    expect(run.stderr).toMatch(/^convert-emulator: [^\n]+\n$/);
    expect(run.stdout).toBe('');
  });

  it('says that a port is in use', async () => {
    const { url } = await runEmulator();
    const { port } = new URL(url);
    const run = await runCli(['--port', port]);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(`Port ${port} on localhost is in use.`);
  });

  it('explains itself', async () => {
    const run = await runCli(['--help']);
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('--config <file>');
  });
});
