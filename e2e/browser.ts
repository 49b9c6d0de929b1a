import { execFile, spawn } from 'node:child_process';
import { constants, existsSync } from 'node:fs';
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromium, devices } from '@playwright/test';

/** A Chromium that has been started on this machine, in the words of Playwright's `launchOptions`. */
export interface Browser {
  readonly name: string;
  readonly executablePath: string;
  readonly args: string[];
  /** Only what the browser needs beyond the environment of the tests. */
  readonly env?: Record<string, string>;
}

/** The shared libraries a browser runs on: those of the system, or the ones packed beside it for systems that lack them. */
export type Libraries = 'system' | 'shipped';

/** Everything the choice depends on. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  /** Where Playwright keeps its own download, whether or not it is there. */
  readonly playwrightChromium: string;
  /** Folders that hold macOS applications. */
  readonly applications: readonly string[];
  /** Unpacks the Chromium that came with the npm packages; `null` when there is none for this machine. */
  readonly unpackShipped: (libraries: Libraries) => Promise<Omit<Browser, 'name'> | null>;
  /** Downloads Playwright's own Chromium; says whether that worked. */
  readonly download: () => Promise<boolean>;
}

const COMMANDS = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'microsoft-edge-stable',
];
// Does not say "HeadlessChrome", which counts as a bot. As an argument: what a page sends while it is left says who the browser
// is, whatever the device of a Playwright context claims.
const IDENTITY = `--user-agent=${devices['Desktop Chrome'].userAgent}`;
const MAC_APPS = ['Google Chrome', 'Chromium', 'Microsoft Edge'];
const HERE = dirname(fileURLToPath(import.meta.url));
const run = promisify(execFile);

/**
 * The first Chromium that starts: the one named by `E2E_CHROMIUM`, Playwright's own download, one installed on the
 * system, the one shipped through npm, and last a fresh download. Throws an error that names the ways out when there is none.
 */
export async function resolveBrowser(machine: Machine): Promise<Browser> {
  const { E2E_CHROMIUM: named } = machine.env;
  if (named) {
    const browser = { name: 'E2E_CHROMIUM', executablePath: named, args: [] };
    if (await starts(browser, machine)) return browser;
    // No way around an explicit choice: another browser than the one asked for would be a surprise.
    throw new Error(`E2E_CHROMIUM is ${named}, which does not start. Correct it, or unset it to search for a browser.`);
  }

  const own = { name: "Playwright's Chromium", executablePath: machine.playwrightChromium, args: [] };
  const failures: string[] = [];
  for (const candidate of [own, ...systemBrowsers(machine)]) {
    if (!(await isExecutable(candidate.executablePath))) continue;
    if (await starts(candidate, machine)) return candidate;
    failures.push(`${candidate.executablePath} does not start`);
  }

  for (const libraries of ['system', 'shipped'] as const) {
    const unpacked = await machine.unpackShipped(libraries).catch((error: Error) => {
      failures.push(`unpacking @sparticuz/chromium: ${error.message}`);
      return null;
    });
    if (!unpacked) break;
    const shipped = { name: '@sparticuz/chromium', ...unpacked };
    if (await starts(shipped, machine)) return shipped;
    failures.push(`${shipped.executablePath} does not start`);
  }

  if ((await machine.download()) && (await starts(own, machine))) return own;
  throw new Error(noBrowser(failures));
}

/** Playwright's global setup: looks once per run and leaves the answer to the workers. */
export default async function chooseBrowser(): Promise<void> {
  const browser = await resolveBrowser(thisMachine());
  process.env.E2E_BROWSER = JSON.stringify(browser);
  console.log(`Browser: ${browser.name} (${browser.executablePath})`);
}

/** What `chooseBrowser` found, as launch options of a browser that counts as a person's; none before it has run. */
export function chosenBrowser(): Omit<Browser, 'name'> | undefined {
  const { E2E_BROWSER: chosen } = process.env;
  if (!chosen) return undefined;
  const { executablePath, args: own, env }: Browser = JSON.parse(chosen);
  const args = [...own, IDENTITY];
  return env ? { executablePath, args, env: { ...definedOnly(process.env), ...env } } : { executablePath, args };
}

function thisMachine(): Machine {
  return {
    env: process.env,
    platform: process.platform,
    playwrightChromium: chromium.executablePath(),
    applications: ['/Applications', join(homedir(), 'Applications')],
    unpackShipped,
    download,
  };
}

function systemBrowsers({ env, platform, applications }: Machine): Browser[] {
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  const onPath = COMMANDS.flatMap((name) =>
    folders.map((folder) => ({ name, executablePath: join(folder, name), args: [] })),
  );
  if (platform !== 'darwin') return onPath;
  const apps = MAC_APPS.flatMap((name) =>
    applications.map((folder) => ({
      name,
      executablePath: join(folder, `${name}.app/Contents/MacOS/${name}`),
      args: [],
    })),
  );
  return [...onPath, ...apps];
}

// Being there is not enough: distributions ship `chromium-browser` as a stub that only tells you to install a snap, and a
// real one may lack its libraries. (`--dump-dom` would be simpler, but the shipped Chromium hangs on it.)
async function starts(browser: Omit<Browser, 'name'>, { env }: Machine): Promise<boolean> {
  const profile = await mkdtemp(join(tmpdir(), 'e2e-browser-'));
  const flags = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    `--user-data-dir=${profile}`,
    '--remote-debugging-port=0',
  ];
  const child = spawn(browser.executablePath, [...flags, 'about:blank'], {
    env: { ...env, ...browser.env },
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const gone = new Promise<false>((resolve) =>
    child.once('error', () => resolve(false)).once('close', () => resolve(false)),
  );
  const listens = new Promise<true>((resolve) => {
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
      if (said.includes('DevTools listening on ws://')) resolve(true);
    });
  });
  const patience = new AbortController();
  const late = sleep(30_000, false as const, { signal: patience.signal }).catch(() => false as const);
  const started = await Promise.race([listens, gone, late]);
  patience.abort();
  killGroup(child.pid);
  await gone;
  await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  return started;
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

// In a process of its own: the package reads TMPDIR and AWS_EXECUTION_ENV while it is imported. Its `args` stay unused:
// they turn off web security and run everything in one process.
const UNPACK = `
  const { default: chromium } = await import('@sparticuz/chromium');
  const executablePath = await chromium.executablePath();
  process.stdout.write(JSON.stringify({ executablePath, LD_LIBRARY_PATH: process.env.LD_LIBRARY_PATH }));
`;

async function unpackShipped(libraries: Libraries): Promise<Omit<Browser, 'name'> | null> {
  const manifest = join(HERE, 'node_modules/@sparticuz/chromium/package.json');
  if (process.platform !== 'linux' || process.arch !== 'x64' || !existsSync(manifest)) return null;
  const { version } = JSON.parse(await readFile(manifest, 'utf8'));
  // A folder for each version, and a note written last: the package takes whatever lies in TMPDIR, even half unpacked.
  const folder = join(HERE, 'node_modules/.cache', `chromium-${version}-${libraries}-libraries`);
  const note = join(folder, 'unpacked.json');
  if (!existsSync(note)) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const aws = libraries === 'shipped' ? { AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' } : {};
    const env = { ...process.env, ...aws, TMPDIR: folder };
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', UNPACK], { cwd: HERE, env });
    await writeFile(join(folder, 'fonts/fonts.conf'), fontsIn(folder));
    await writeFile(note, stdout);
  }
  const { executablePath, LD_LIBRARY_PATH } = JSON.parse(await readFile(note, 'utf8'));
  const fonts = { FONTCONFIG_PATH: join(folder, 'fonts') };
  const env = libraries === 'shipped' ? { ...fonts, LD_LIBRARY_PATH } : fonts;
  return { executablePath, args: ['--headless=shell'], env };
}

// The file that the package brings says /tmp/fonts. Without any font, text has no size and counts as hidden.
function fontsIn(folder: string): string {
  const folders = [join(folder, 'fonts'), '/usr/share/fonts', '/usr/local/share/fonts'].map(
    (path) => `<dir>${path}</dir>`,
  );
  return `<fontconfig>${folders.join('')}<cachedir>${join(folder, 'fonts-cache')}</cachedir></fontconfig>\n`;
}

async function download(): Promise<boolean> {
  console.log('No Chromium on this machine: running `npx playwright install chromium` …');
  const cli = join(HERE, 'node_modules/@playwright/test/cli.js');
  try {
    await run(process.execPath, [cli, 'install', 'chromium'], { timeout: 180_000 });
    return true;
  } catch (error) {
    console.error(`The download failed: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : error}`);
    return false;
  }
}

function noBrowser(failures: readonly string[]): string {
  return [
    'The end-to-end tests need a Chromium, and none was found. Do one of these, then run the tests again:',
    '  1. Install Chromium, Google Chrome or Microsoft Edge, for example: sudo apt-get install chromium',
    "  2. Download Playwright's own: npx playwright install --with-deps chromium",
    '  3. Name one that you have: E2E_CHROMIUM=/path/to/chromium npm test',
    ...(failures.length > 0 ? ['What was tried:', ...failures.map((failure) => `  - ${failure}`)] : []),
  ].join('\n');
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
