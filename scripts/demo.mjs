#!/usr/bin/env node
// The shop with a running experiment and the local collector beside it, from nothing but Node.js and npm.
import { answers, freePort } from './lib/ports.mjs';
import { start } from './lib/processes.mjs';
import { progress } from './lib/progress.mjs';
import { nodeTooOld, pnpm, QUIET, ROOT, turbo } from './lib/toolchain.mjs';

const { CONVERT_SDK_KEY: realKey } = process.env;
const running = [];
let isStopping = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(0));

const tooOld = nodeTooOld();
if (tooOld) await stop(1, tooOld);

await finishes(
  'Installing the dependencies',
  pnpm('install', '--frozen-lockfile', '--config.confirm-modules-purge=false'),
);
await finishes(
  'Building the packages and the shop',
  turbo('run', 'build', '--filter=storefront...', '--filter=@convert-fullstack/emulator...'),
);

const shopPort = await freePort(3000);
const shop = `http://localhost:${shopPort}`;
const dashboard = realKey ? null : await startEmulator();
await startShop(dashboard);
console.log(`
  Shop       ${shop}
  Dashboard  ${dashboard ?? 'the reports of your project at https://app.convert.com/'}

  Another variant   delete the cookie cv_vid (or open a private window) and reload the shop
  A real project    ${realKey ? 'this is one: CONVERT_SDK_KEY is set' : 'CONVERT_SDK_KEY=<your SDK key> npm run demo'}

  Ctrl-C stops everything.
`);

async function startEmulator() {
  const port = await freePort(4400);
  const url = `http://localhost:${port}`;
  const args = ['packages/emulator/dist/cli.js', '--port', String(port), '--health', `${shop}/api/health`];
  await serves('emulator', url, args);
  return url;
}

async function startShop(emulator) {
  const env = emulator
    ? { CONVERT_SDK_KEY: 'demo', CONVERT_CONFIG_URL: `${emulator}/api/v1`, CONVERT_TRACK_URL: `${emulator}/v1` }
    : {};
  // No `-H 127.0.0.1`: Next.js then takes its own rewrites for external ones and runs the proxy twice.
  const args = ['node_modules/next/dist/bin/next', 'start', '-p', String(shopPort)];
  await serves('shop', shop, args, { cwd: `${ROOT}/examples/storefront`, env });
}

/** Runs a command that has to succeed, quietly. */
async function finishes(label, [command, args]) {
  const finish = progress(label);
  const step = start(command, args, { cwd: ROOT, env: QUIET });
  running.push(step);
  const { code } = await step.ended;
  if (isStopping) return new Promise(() => {});
  finish(code === 0 ? 'done' : 'failed');
  if (code !== 0) await stop(1, `${step.tail()}\n\n${label} failed; the reason is above. Then: npm run demo`);
}

/** Starts a server that has to answer and then to stay. */
async function serves(name, url, args, { cwd = ROOT, env } = {}) {
  const finish = progress(`Starting the ${name}`);
  const onLine = (line) => console.error(`[${name}] ${line}`);
  const server = start(process.execPath, args, { cwd, env: { ...QUIET, ...env }, onLine });
  running.push(server);
  server.ended.then(({ code, signal }) => {
    const how = signal ? `by ${signal}` : `with exit code ${code}`;
    return stop(1, `${server.tail()}\n\nThe ${name} ended ${how}; its last words are above.`);
  });
  if (await answers(url, 60_000)) finish();
  else
    await stop(
      1,
      `${server.tail()}\n\nThe ${name} did not answer at ${url} within a minute; its last words are above.`,
    );
}

/** Stops whatever runs, then the demo. Only the first call counts: what it stops will end, too. */
async function stop(exitCode, message) {
  if (isStopping) return new Promise(() => {});
  isStopping = true;
  if (message) console.error(`\n${message}`);
  await Promise.all(running.map((child) => child.stop()));
  if (!message) console.log('\nStopped.');
  process.exit(exitCode);
}
