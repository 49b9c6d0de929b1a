import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { expect } from '@playwright/test';
import { chosenBrowser } from '../browser.ts';
import { speakOver } from './devtools-pipe.ts';
import type { CookieJar } from './visitors.ts';

/** The one tab of a Chromium that prerenders pages and can be hidden, as on somebody's desk, with a site in it. */
export interface LifelikeTab extends CookieJar {
  goto(path: string): Promise<void>;
  /** Runs in the page on screen. */
  run<Result>(script: () => Result | Promise<Result>): Promise<Result>;
  /** Waits until it holds in the page on screen. */
  waitFor(condition: () => boolean): Promise<void>;
  /** Waits until it holds in the page that is prerendered behind the one on screen. */
  waitForBehind(condition: () => boolean): Promise<void>;
  /** Minimises the window. */
  hide(): Promise<void>;
  show(): Promise<void>;
  close(): Promise<void>;
}

const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--remote-debugging-pipe'];

/**
 * Starts a Chromium without Playwright. That keeps every page visible, and attaches to pages in a way that has Chromium refuse
 * to prerender them (`PrerenderingDisabledByDevTools`); whoever attaches to the tab instead does not disturb.
 */
export async function openLifelikeTab(site: string): Promise<LifelikeTab> {
  const { executablePath = '', args = [], env = process.env } = chosenBrowser() ?? {};
  const profile = await mkdtemp(join(tmpdir(), 'e2e-lifelike-tab-'));
  const child = spawn(executablePath, [...FLAGS, ...args, `--user-data-dir=${profile}`, 'about:blank'], {
    env,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  // What `stdio` says above.
  const [toBrowser, fromBrowser] = child.stdio.slice(3) as unknown as [Writable, Readable];
  const devtools = speakOver(toBrowser, fromBrowser);
  const browser = devtools.session();

  // The page on screen, then the one that is prerendered; when that is visited, the first is gone.
  let pages: string[] = [];
  devtools.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
    if (targetInfo?.type === 'page') pages.push(sessionId);
  });
  devtools.on('Target.detachedFromTarget', ({ sessionId }) => {
    pages = pages.filter((page) => page !== sessionId);
  });
  const { targetId } = await browser('Target.createTarget', { url: 'about:blank', forTab: true });
  const { sessionId } = await browser('Target.attachToTarget', { targetId, flatten: true });
  const onlyPages = { autoAttach: true, waitForDebuggerOnStart: false, flatten: true, filter: [{ type: 'page' }] };
  await devtools.session(sessionId)('Target.setAutoAttach', onlyPages);
  const { windowId } = await browser('Browser.getWindowForTarget', { targetId });

  async function runIn<Result>(page: string | undefined, script: () => Result | Promise<Result>): Promise<Result> {
    if (page === undefined) throw new Error('There is no such page in the tab.');
    const expression = `(${script})()`;
    const { result, exceptionDetails } = await devtools.session(page)('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  const holdsIn = (page: () => string | undefined, condition: () => boolean) =>
    expect(async () => expect(await runIn(page(), condition)).toBe(true)).toPass({ timeout: 15_000, intervals: [50] });

  const onScreen = () => pages[0];
  const resize = (windowState: 'minimized' | 'normal') =>
    browser('Browser.setWindowBounds', { windowId, bounds: { windowState } });

  return {
    async addCookies(cookies) {
      await browser('Storage.setCookies', { cookies: [...cookies] });
    },
    async goto(path) {
      await devtools.session(onScreen())('Page.navigate', { url: site + path });
    },
    run: (script) => runIn(onScreen(), script),
    waitFor: (condition) => holdsIn(onScreen, condition),
    waitForBehind: (condition) => holdsIn(() => pages[1], condition),
    async hide() {
      await resize('minimized');
      await holdsIn(onScreen, () => document.hidden);
    },
    async show() {
      await resize('normal');
      await holdsIn(onScreen, () => !document.hidden);
    },
    async close() {
      // It may end before it has answered.
      void browser('Browser.close');
      await ended;
      await rm(profile, { recursive: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
