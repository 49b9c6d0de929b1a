import { setTimeout as sleep } from 'node:timers/promises';
import type { RelayConversion, RelayReceipt } from '@convert-fullstack/core/bridge';
import { devices } from '@playwright/test';
import type { PageLife, StartPage } from './page-life.ts';
import { type CookieJar, cookieJar } from './scripted-cookies.ts';
import { idsOf, type Shown } from './scripted-page.ts';

/**
 * A browser without a window: loads pages over HTTP, keeps what a browser keeps, cookies and storage, and runs in each
 * page what `@convert-fullstack/react` runs there, without React around it.
 */
export interface ScriptedBrowser {
  readonly cookies: CookieJar;
  /** Whether a page that is gone has left something for the next one. */
  hasWaiting(): boolean;
  /** Opens a page in a new tab; tries again while the server is away. */
  open(path: string): Promise<ScriptedTab>;
  setOnline(isOnline: boolean): void;
  /** What is sent next arrives, and its answer is lost. */
  loseNextAnswer(): void;
  /** What the relay has refused for good: the script does nothing that it has a reason to refuse. */
  refusals(): readonly string[];
}

export interface ScriptedTab {
  readonly path: string;
  readonly html: string;
  /** Another page in this tab. */
  goTo(path: string): Promise<void>;
  /** Sends a form of the page, and goes where it leads; again, like somebody who got no answer. */
  submit(path: string, form: FormData): Promise<void>;
  /** React has put a variation on the page. */
  show(shown: Shown): void;
  convert(goalKey: string, conversion?: Pick<RelayConversion, 'conversionData' | 'revenue' | 'forceMultiple'>): void;
  /** Resolves when the page has nothing left to send. */
  delivered(): Promise<void>;
  /** Another tab is looked at, or this one again. */
  setHidden(isHidden: boolean): void;
  close(): Promise<void>;
}

export interface ScriptedBrowserOptions {
  readonly url: string;
  readonly startPage: StartPage;
  /** The way to the server; a broken one is for negative controls. */
  readonly fetch?: typeof fetch;
}

const PATIENCE_MS = 60_000;
const { userAgent } = devices['Desktop Chrome'];

export function scriptedBrowser({ url, startPage, fetch: send = fetch }: ScriptedBrowserOptions): ScriptedBrowser {
  const cookies = cookieJar();
  const stored = new Map<string, string>();
  const storage = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
    removeItem: (key: string) => void stored.delete(key),
  };
  const open = new Set<PageLife>();
  const refusals: string[] = [];
  let isOnline = true;
  let isDeaf = false;

  async function ask(path: string, { method = 'GET', headers = {}, body = null }: RequestInit = {}): Promise<Response> {
    if (!isOnline) throw new TypeError('There is no network.');
    // Connections are not kept: a server that stops goes on for as long as somebody uses them.
    const own = { 'user-agent': userAgent, cookie: cookies.header(), connection: 'close', ...headers };
    const ofPage = method === 'POST' ? { origin: url, 'sec-fetch-site': 'same-origin' } : {};
    const isLost = isDeaf && method === 'POST';
    if (isLost) isDeaf = false;
    const response = await send(url + path, { method, body, headers: { ...own, ...ofPage }, redirect: 'manual' });
    if (isLost) {
      await response.arrayBuffer();
      throw new TypeError('The answer is lost.');
    }
    cookies.take(response);
    return response;
  }

  /** What a page's own script sends. */
  async function askRelay(path: string, init: RequestInit): Promise<Response> {
    const response = await ask(path, init);
    const text = await response.text();
    if (response.status < 500) refusals.push(...refusalsIn(response.status, text));
    return new Response(text, { status: response.status });
  }

  /** A page, after all redirects. */
  async function load(path: string, init?: RequestInit): Promise<{ path: string; html: string }> {
    const response = await ask(path, init);
    const location = response.headers.get('location');
    const html = await response.text();
    // On its own: a form that was taken is not sent again because the page behind it is away.
    if (location !== null) return patiently(() => load(new URL(location, url + path).pathname));
    if (!response.ok) throw new Error(`${path} was answered with ${response.status}.`);
    return { path, html };
  }

  function start(): PageLife {
    const page = startPage({ fetch: askRelay, storage, cookie: cookies.header });
    open.add(page);
    const visitorId = cookies.get('cv_vid') ?? null;
    page.session.heed({ version: 1, visitorId, experiences: [], goals: [] });
    return page;
  }

  async function end(page: PageLife): Promise<void> {
    if (open.delete(page)) await page.end();
  }

  return {
    cookies,
    hasWaiting: () => stored.has('cv_queue'),
    async open(firstPath) {
      let { path, html } = await patiently(() => load(firstPath));
      let page = start();

      async function follow(next: () => Promise<{ path: string; html: string }>): Promise<void> {
        ({ path, html } = await patiently(next));
        await end(page);
        page = start();
      }
      const count = (event: Parameters<typeof page.session.count>[1]) =>
        void page.session.count(cookies.get('cv_vid') ?? '', event);

      return {
        get path() {
          return path;
        },
        get html() {
          return html;
        },
        goTo: (to) => follow(() => load(to)),
        submit: (to, form) => follow(() => load(to, { method: 'POST', body: form })),
        show: (shown) => count({ type: 'exposure', ...idsOf(shown) }),
        convert: (goalKey, conversion = {}) => count({ ...conversion, type: 'conversion', goalKey }),
        delivered: () => page.idle(),
        setHidden: (isHidden) => page.setHidden(isHidden),
        close: () => end(page),
      };
    },
    setOnline(to) {
      isOnline = to;
      if (isOnline) for (const page of open) page.hearOfNetwork();
    },
    loseNextAnswer() {
      isDeaf = true;
    },
    refusals: () => refusals,
  };
}

function refusalsIn(status: number, text: string): string[] {
  if (status !== 202) return [`${status}: ${text}`];
  const { rejected }: RelayReceipt = JSON.parse(text);
  // A batch whose answer was lost, at another process.
  return rejected.filter(({ reason }) => reason !== 'deduplicated').map(({ reason }) => reason);
}

async function patiently<Result>(attempt: () => Promise<Result>): Promise<Result> {
  const giveUpAt = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > giveUpAt) throw error;
      await sleep(100);
    }
  }
}
