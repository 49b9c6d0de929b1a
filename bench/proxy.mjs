// What the proxy costs a server under load, next to a proxy that does nothing: `pnpm --filter bench proxy`.
import { spawn, spawnSync } from 'node:child_process';
import { Agent, get } from 'node:http';
import { fileURLToPath } from 'node:url';
import { median, table } from './measure.mjs';

const SETS = Number(process.env.SETS ?? 7);
const ROUNDS = 3;
const ROUND_MS = 2_000;
const CONNECTIONS = 8;
const NEXT = 'node_modules/next/dist/bin/next';
const folder = fileURLToPath(new URL('proxy-app/', import.meta.url));

console.log('Building the pages that are served …');
const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' };
const built = spawnSync(process.execPath, [NEXT, 'build'], {
  cwd: folder,
  env,
  stdio: ['ignore', 'ignore', 'inherit'],
});
if (built.status !== 0) process.exit(1);

const CASES = {
  'dynamic page, empty proxy': { proxy: 'empty', path: '/dynamic' },
  'dynamic page, 20 experiences': { proxy: 'convert', path: '/dynamic' },
  'static page, empty proxy': { proxy: 'empty', path: '/plain' },
  'static page, proxy that only rewrites': { proxy: 'rewrite', path: '/static' },
  'static page, one per variation': { proxy: 'convert', path: '/static' },
  'static page of one variation, empty proxy': { proxy: 'empty', path: '/convert/original/static' },
  'static page with a parameter, empty proxy': { proxy: 'empty', path: '/plain/tents' },
  'static page with a parameter, one per variation': { proxy: 'convert', path: '/static/tents' },
};
/** What is compared with what. */
const RATIOS = [
  ['dynamic page, 20 experiences', 'dynamic page, empty proxy'],
  ['static page, one per variation', 'static page, empty proxy'],
  ['static page, proxy that only rewrites', 'static page, empty proxy'],
  ['static page, one per variation', 'static page, proxy that only rewrites'],
  // To Next.js, the combination of variations in the address of a page is a parameter, which takes it longer.
  ['static page, one per variation', 'static page of one variation, empty proxy'],
  ['static page with a parameter, one per variation', 'static page with a parameter, empty proxy'],
];
const rounds = [];
// What the compiler makes of a server differs from one process to the next by more than what is measured.
for (let set = 0; set < SETS; set++) {
  console.log(`Servers ${set + 1} of ${SETS} …`);
  rounds.push(...(await measure()));
}

table(
  `Requests per second (median of ${rounds.length} rounds on ${SETS} sets of servers; compare within one run only)`,
  Object.keys(CASES).map((name) => [name, `${Math.round(median(rounds.map((round) => round[name])))}/s`]),
);
table(
  'What is left of the rate (median of the rounds)',
  RATIOS.map(([name, against]) => [
    `${name}, of: ${against}`,
    median(rounds.map((round) => round[name] / round[against])).toFixed(2),
  ]),
);

/** Requests per second of each case, round by round. */
async function measure() {
  const servers = {};
  try {
    for (const [at, proxy] of ['empty', 'rewrite', 'convert'].entries()) servers[proxy] = await start(proxy, 4701 + at);
    // All of them with all kinds of pages: what a server has done before decides how it compiles and collects garbage.
    for (const server of Object.values(servers)) for (const path of ['/dynamic', '/plain']) await load(server, path);
    for (const { proxy, path } of Object.values(CASES)) await load(servers[proxy], path);
    const measured = [];
    // They take turns, so that whatever else the machine does hits all of them alike.
    for (let round = 0; round < ROUNDS; round++) {
      const answered = {};
      for (const [name, { proxy, path }] of Object.entries(CASES)) answered[name] = await load(servers[proxy], path);
      measured.push(answered);
    }
    return measured;
  } finally {
    for (const { child } of Object.values(servers)) child.kill();
    await Promise.all(Object.values(servers).map(({ ended }) => ended));
  }
}

async function start(proxy, port) {
  const child = spawn(process.execPath, [NEXT, 'start', '-p', `${port}`], {
    cwd: folder,
    env: { ...env, BENCH_PROXY: proxy },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk) => String(chunk).includes('Ready in') && resolve());
    child.once('close', () => reject(new Error(`next start (${proxy}) has ended.`)));
  });
  return { child, port, ended: new Promise((resolve) => child.once('close', resolve)) };
}

/** Requests per second that are answered with 200, from visitors the browser knows, on open connections. */
async function load({ port }, path) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const endAt = performance.now() + ROUND_MS;
  let answered = 0;
  async function keepAsking(connection) {
    for (let visitor = connection; performance.now() < endAt; visitor += CONNECTIONS) {
      await ask({ agent, port, path, headers: headersOf(visitor % 5_000) });
      answered++;
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, connection) => keepAsking(connection)));
  agent.destroy();
  return (answered * 1_000) / ROUND_MS;
}

function ask(options) {
  return new Promise((resolve, reject) => {
    const request = get(options, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${options.path} answers ${response.statusCode}.`));
      response.resume().on('end', resolve);
    });
    request.on('error', reject);
  });
}

function headersOf(visitor) {
  const version = 120 + (visitor % 20);
  return {
    accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'accept-encoding': 'gzip, deflate, br',
    'accept-language': 'de-DE,de;q=0.9,en;q=0.8',
    'cf-ipcountry': 'DE',
    cookie: `theme=dark; cv_vid=00000000-0000-4000-8000-${String(visitor).padStart(12, '0')}; session=abcdef`,
    'sec-fetch-dest': 'document',
    'sec-fetch-mode': 'navigate',
    'user-agent': `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0 Safari/537.36`,
  };
}
