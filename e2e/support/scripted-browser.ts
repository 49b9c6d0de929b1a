import { setTimeout as sleep } from 'node:timers/promises';
import type { RelayBatch, RelayConversion, RelayEvent, RelayReceipt } from '@convert-fullstack/core/bridge';
import { devices } from '@playwright/test';
import { type CookieJar, cookieJar } from './scripted-cookies.ts';
import { idsOf, type Shown } from './scripted-page.ts';
import type { Random } from './scripted-random.ts';

/**
 * A browser without a window: does over HTTP what a page with `@convert-fullstack/react` does, and keeps what a browser
 * keeps, cookies and storage.
 */
export interface ScriptedBrowser {
  readonly cookies: CookieJar;
  /** The HTML of a page; tries again while the server is away. */
  open(path: string): Promise<string>;
  /** Sends a form of a page that was opened, and follows where it leads; tries again while the server is away. */
  submit(path: string, form: FormData): Promise<string>;
  /** React has put a variation on the page. */
  show(shown: Shown): void;
  convert(goalKey: string, options?: Conversion): void;
  hasWaiting(): boolean;
  /** Sends what waits, oldest first, until something fails. Tells whether all has arrived. */
  deliver(): Promise<boolean>;
  /** Sends the oldest batch and never hears the answer. */
  deliverUnheard(): Promise<void>;
}

export interface ScriptedBrowserOptions {
  readonly url: string;
  readonly random: Random;
  /** The way to the server; a broken one is for negative controls. */
  readonly fetch?: typeof fetch;
  /** `false` gives a batch a new id whenever it is sent: for a negative control. */
  readonly keepsBatchIds?: boolean;
}

type Conversion = Pick<RelayConversion, 'conversionData' | 'revenue' | 'forceMultiple'>;
type Batch = Required<Omit<RelayBatch, 'isLeaving'>>;

const PATIENCE_MS = 30_000;
const { userAgent } = devices['Desktop Chrome'];

export function scriptedBrowser(options: ScriptedBrowserOptions): ScriptedBrowser {
  const { url, random, fetch: send = fetch, keepsBatchIds = true } = options;
  const cookies = cookieJar();
  const shownBefore = new Map<string, string>();
  const reached = new Set<string>();
  let queue: Batch[] = [];
  /** The batch that nobody has tried to send: the only one that may still grow. */
  let growing: Batch | null = null;

  const newId = () => random.uuid().replaceAll('-', '').slice(0, 20);

  function add(event: RelayEvent): void {
    if (growing === null) {
      growing = { id: newId(), visitor: cookies.get('cv_vid') ?? '', events: [] };
      queue.push(growing);
    }
    growing = { ...growing, events: [...growing.events, event] };
    queue[queue.length - 1] = growing;
  }

  function ask(path: string, init: RequestInit = {}, headers: Record<string, string> = {}): Promise<Response> {
    const own = { 'user-agent': userAgent, cookie: cookies.header(), ...headers };
    return send(url + path, { ...init, headers: own, redirect: 'manual' });
  }

  /** A page, after all redirects. */
  async function load(path: string, init?: RequestInit): Promise<string> {
    const response = await ask(path, init, init && { origin: url, 'sec-fetch-site': 'same-origin' });
    cookies.take(response);
    const location = response.headers.get('location');
    if (location !== null) {
      await response.arrayBuffer().catch(() => {});
      // On its own: a form that was taken must not be sent again because the page behind it is away.
      return open(new URL(location, url + path).pathname);
    }
    const html = await response.text();
    if (!response.ok) throw new Error(`${path} was answered with ${response.status}.`);
    return html;
  }

  const open = (path: string) => patiently(() => load(path));

  function post(batch: Batch): Promise<Response> {
    growing = null;
    const headers = { 'content-type': 'application/json', origin: url, 'sec-fetch-site': 'same-origin' };
    const body = keepsBatchIds ? batch : { ...batch, id: newId() };
    return ask('/api/convert/events', { method: 'POST', body: JSON.stringify(body) }, headers);
  }

  return {
    cookies,
    open,
    // What a server that is going down has taken, it answers: a form without an answer was not taken.
    submit: (path, form) => patiently(() => load(path, { method: 'POST', body: form })),
    show(shown) {
      const { experienceId, variationId } = idsOf(shown);
      if (shownBefore.get(experienceId) === variationId) return;
      shownBefore.set(experienceId, variationId);
      add({ type: 'exposure', experienceId, variationId });
    },
    convert(goalKey, conversion = {}) {
      if (reached.has(goalKey) && !conversion.forceMultiple) return;
      reached.add(goalKey);
      add({ ...conversion, type: 'conversion', goalKey, exposed: Object.fromEntries(shownBefore) });
    },
    hasWaiting: () => queue.length > 0,
    async deliver() {
      for (let batch = queue[0]; batch !== undefined; batch = queue[0]) {
        if (!cookies.get('cv_receipt')?.includes(batch.id)) {
          const response = await post(batch).catch(() => null);
          if (response === null || response.status >= 500) return false;
          cookies.take(response);
          await checkReceipt(response);
        }
        queue = queue.slice(1);
      }
      return true;
    },
    async deliverUnheard() {
      const [batch] = queue;
      if (batch === undefined) return;
      const response = await post(batch).catch(() => null);
      await response?.arrayBuffer().catch(() => {});
    },
  };
}

/** The script does nothing that a relay has a reason to refuse. */
async function checkReceipt(response: Response): Promise<void> {
  const text = await response.text();
  if (response.status !== 202) throw new Error(`The relay answered ${response.status}: ${text}`);
  const { rejected }: RelayReceipt = JSON.parse(text);
  if (rejected.length > 0) throw new Error(`The relay rejected events: ${JSON.stringify(rejected)}`);
}

async function patiently(load: () => Promise<string>): Promise<string> {
  const giveUpAt = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await load();
    } catch (error) {
      if (Date.now() > giveUpAt) throw error;
      await sleep(100);
    }
  }
}
