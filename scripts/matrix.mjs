#!/usr/bin/env node
// Applications on every supported version of Next.js and React, made from the packed packages, built, and looked at in a
// browser, two at a time. `--only newest,oldest` runs only these rows.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeApp } from './lib/matrix-app.mjs';
import { ROWS } from './lib/matrix-rows.mjs';
import { answers, freePort } from './lib/ports.mjs';
import { start } from './lib/processes.mjs';
import { seconds } from './lib/progress.mjs';
import { pnpm, QUIET, ROOT } from './lib/toolchain.mjs';

const PATIENCE_MS = 60_000;
// While one installs or waits, the other computes.
const AT_ONCE = 2;
const PORTS_PER_ROW = 10;
// Without a lockfile, because Next.js would complain that it does not name the compilers of all platforms.
const INSTALL = ['install', '--ignore-scripts', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'];

const rows = askedFor(process.argv.slice(2));
const running = new Set();
let isInterrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interrupt());

const folder = await mkdtemp(join(tmpdir(), 'convert-matrix-'));
let failures = 0;
try {
  await succeeds('Packing', pnpm('--filter', './packages/*', 'pack', '--pack-destination', folder), { cwd: ROOT });
  const emulator = await serves('The emulator', 4500, (port) => [
    [join(ROOT, 'packages/emulator/dist/cli.js'), '--port', port],
    { cwd: ROOT },
  ]);
  const waiting = rows.values();
  const lane = async () => {
    for (const row of waiting) if (!(await passes(row, emulator.url))) failures += 1;
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
} finally {
  await stopAll();
  await remove(folder);
}
process.exitCode = failures > 0 ? 1 : 0;

async function passes(row, emulator) {
  const { name, says, versions } = row;
  const title = `${name}: Next.js ${versions.next}, React ${versions.react}, ${says}`;
  const startedAt = Date.now();
  const cwd = join(folder, name);
  try {
    await check(row, { cwd, emulator });
    console.log(`✓ ${title} (${seconds(Date.now() - startedAt)})`);
    return true;
  } catch (error) {
    console.log(`✗ ${title}\n    ${error.message.replaceAll('\n', '\n    ')}`);
    return false;
  } finally {
    await remove(cwd);
  }
}

async function check(row, { cwd, emulator }) {
  await writeApp(cwd, row, folder);
  await succeeds('npm install', ['npm', INSTALL], { cwd });
  const next = join(cwd, 'node_modules/next/dist/bin/next');
  await succeeds('next build', [process.execPath, [next, 'build', ...row.buildFlags]], { cwd });
  const env = {
    CONVERT_SDK_KEY: 'matrix',
    CONVERT_CONFIG_URL: `${emulator}/api/v1`,
    CONVERT_TRACK_URL: `${emulator}/v1`,
    ...row.env,
  };
  // No `-H 127.0.0.1`: Next.js then takes its own rewrites for external ones and runs the proxy twice.
  const command = (port) => [[next, 'start', '-p', port], { cwd, env }];
  const app = await serves('next start', 4550 + PORTS_PER_ROW * ROWS.indexOf(row), command, '/pricing/pages');
  const routers = row.layers.filter((layer) => layer.endsWith('-router')).map((layer) => layer.replace('-router', ''));
  const browser = [join(ROOT, 'node_modules/@playwright/test/cli.js'), 'test', '-c', 'e2e/matrix'];
  try {
    await succeeds('The browser', [process.execPath, browser], {
      cwd: ROOT,
      env: { MATRIX_ROW: row.name, MATRIX_APP: app.url, MATRIX_EMULATOR: emulator, MATRIX_ROUTERS: routers.join(',') },
    });
  } finally {
    await app.stop();
  }
}

/** Runs a command, and throws what it said if that fails. */
async function succeeds(what, [command, args], { cwd, env }) {
  const child = await run(command, args, { cwd, env });
  const { code } = await child.ended;
  await unlessInterrupted();
  if (code !== 0) throw new Error(`${what} failed:\n${child.tail()}`);
}

/** Starts a server on a free port, and throws what it said if it does not answer with this page. */
async function serves(what, fromPort, commandOn, path = '/') {
  const port = await freePort(fromPort);
  const url = `http://localhost:${port}`;
  const [args, options] = commandOn(String(port));
  const server = await run(process.execPath, args, options);
  const isUp = await answers(url + path, PATIENCE_MS);
  await unlessInterrupted();
  if (!isUp) throw new Error(`${what} did not answer at ${url}:\n${server.tail()}`);
  return { url, stop: server.stop };
}

async function run(command, args, { cwd, env }) {
  await unlessInterrupted();
  const child = start(command, args, { cwd, env: { ...QUIET, ...env } });
  running.add(child);
  child.ended.then(() => running.delete(child));
  return child;
}

/** Waits for ever after an interrupt: then nothing more is started, and nothing that was stopped is a failure. */
async function unlessInterrupted() {
  if (isInterrupted) await new Promise(() => {});
}

function askedFor(args) {
  if (args.length === 0) return ROWS;
  const names = args[0] === '--only' ? (args[1] ?? '').split(',') : args;
  const unknown = names.filter((name) => !ROWS.some((row) => row.name === name));
  if (unknown.length === 0) return ROWS.filter(({ name }) => names.includes(name));
  console.error(
    `There is no row called ${unknown.join(', ')}. The rows are: ${ROWS.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(1);
}

async function stopAll() {
  await Promise.all([...running].map((child) => child.stop()));
}

async function interrupt() {
  if (isInterrupted) return;
  isInterrupted = true;
  await stopAll();
  await remove(folder);
  process.exit(130);
}

function remove(path) {
  return rm(path, { recursive: true, force: true, maxRetries: 3 });
}
