import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chosenBrowser, type Libraries, type Machine, resolveBrowser } from '../browser.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'browser-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const STARTS = 'echo "DevTools listening on ws://127.0.0.1:1/devtools/browser/1" >&2; sleep 60';
const IS_A_STUB = 'echo "Command requires the chromium snap to be installed."';
const CRASHES = 'echo "error while loading shared libraries: libnss3.so" >&2; exit 127';
const NEEDS_SHIPPED_LIBRARIES = `[ -n "$SHIPPED_LIBRARIES" ] && ${STARTS}`;

async function executable(path: string, script: string): Promise<string> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}

/** A machine with nothing on it, except what a test puts there. */
function machine(parts: Partial<Machine> = {}): Machine {
  return {
    env: { PATH: join(folder, 'bin') },
    platform: 'linux',
    playwrightChromium: join(folder, 'playwright/chrome'),
    applications: [join(folder, 'Applications')],
    unpackShipped: async () => null,
    download: async () => false,
    ...parts,
  };
}

describe('resolveBrowser', () => {
  it('takes the browser that E2E_CHROMIUM names before any other', async () => {
    await executable('bin/chromium', STARTS);
    const named = await executable('mine/chrome', STARTS);
    const found = await resolveBrowser(machine({ env: { PATH: join(folder, 'bin'), E2E_CHROMIUM: named } }));
    expect(found).toEqual({ name: 'E2E_CHROMIUM', executablePath: named, args: [] });
  });

  it('takes no other browser when the one that E2E_CHROMIUM names does not start', async () => {
    await executable('bin/chromium', STARTS);
    const E2E_CHROMIUM = join(folder, 'nowhere');
    const found = resolveBrowser(machine({ env: { PATH: join(folder, 'bin'), E2E_CHROMIUM } }));
    await expect(found).rejects.toThrow(`E2E_CHROMIUM is ${E2E_CHROMIUM}, which does not start`);
  });

  it("prefers Playwright's own download to the browsers of the system", async () => {
    await executable('bin/chromium', STARTS);
    const own = await executable('playwright/chrome', STARTS);
    expect(await resolveBrowser(machine())).toMatchObject({ executablePath: own });
  });

  it('goes on to the system when the libraries of the download are missing', async () => {
    await executable('playwright/chrome', CRASHES);
    const chrome = await executable('bin/google-chrome', STARTS);
    expect(await resolveBrowser(machine())).toEqual({ name: 'google-chrome', executablePath: chrome, args: [] });
  });

  it('is not taken in by a stub that is there but does not start', async () => {
    await executable('bin/chromium', IS_A_STUB);
    const edge = await executable('bin/microsoft-edge', STARTS);
    expect(await resolveBrowser(machine())).toMatchObject({ name: 'microsoft-edge', executablePath: edge });
  });

  it('looks into the applications folder on macOS only', async () => {
    const app = await executable('Applications/Google Chrome.app/Contents/MacOS/Google Chrome', STARTS);
    expect(await resolveBrowser(machine({ platform: 'darwin' }))).toMatchObject({ executablePath: app });
    await expect(resolveBrowser(machine({ platform: 'linux' }))).rejects.toThrow();
  });

  it('unpacks the shipped Chromium when the system has none', async () => {
    const executablePath = await executable('shipped/chromium', STARTS);
    const unpackShipped = async () => ({ executablePath, args: ['--headless=shell'] });
    const found = await resolveBrowser(machine({ unpackShipped }));
    expect(found).toEqual({ name: '@sparticuz/chromium', executablePath, args: ['--headless=shell'] });
  });

  it('runs the shipped Chromium on its own libraries when the system lacks them', async () => {
    const executablePath = await executable('shipped/chromium', NEEDS_SHIPPED_LIBRARIES);
    const unpackShipped = async (libraries: Libraries) => ({
      executablePath,
      args: [],
      ...(libraries === 'shipped' && { env: { SHIPPED_LIBRARIES: '/somewhere' } }),
    });
    expect(await resolveBrowser(machine({ unpackShipped }))).toMatchObject({
      env: { SHIPPED_LIBRARIES: '/somewhere' },
    });
  });

  it('goes on when the shipped Chromium cannot be unpacked', async () => {
    const unpackShipped = () => Promise.reject(new Error('no space left on device'));
    const found = resolveBrowser(machine({ unpackShipped }));
    await expect(found).rejects.toThrow('no space left on device');
  });

  it('downloads a Chromium last', async () => {
    const download = async () => Boolean(await executable('playwright/chrome', STARTS));
    const found = await resolveBrowser(machine({ download }));
    expect(found).toMatchObject({ name: "Playwright's Chromium" });
  });

  it('names the ways out, and what it tried, when there is no browser at all', async () => {
    const stub = await executable('bin/chromium-browser', IS_A_STUB);
    const error = await resolveBrowser(machine()).catch((reason: Error) => reason.message);
    expect(error).toContain(stub);
    expect(error).toContain('apt-get install chromium');
    expect(error).toContain('npx playwright install');
    expect(error).toContain('E2E_CHROMIUM=');
  });

  it('names the ways out when the download brought a browser that does not run', async () => {
    const download = async () => Boolean(await executable('playwright/chrome', CRASHES));
    await expect(resolveBrowser(machine({ download }))).rejects.toThrow('E2E_CHROMIUM=');
  });
});

describe('chosenBrowser', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('starts a browser that nobody takes for a bot, whatever it is launched with', () => {
    vi.stubEnv('E2E_BROWSER', JSON.stringify({ name: 'mine', executablePath: '/mine/chrome', args: ['--mine'] }));
    const { executablePath, args = [] } = chosenBrowser() ?? {};
    expect({ executablePath, args }).toEqual({
      executablePath: '/mine/chrome',
      args: ['--mine', expect.stringMatching(/^--user-agent=Mozilla.* Chrome\//)],
    });
    expect(String(args)).not.toContain('Headless');
  });

  it('knows of none before one has been searched for', () => {
    vi.stubEnv('E2E_BROWSER', '');
    expect(chosenBrowser()).toBeUndefined();
  });
});
