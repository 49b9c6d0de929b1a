import { fileURLToPath } from 'node:url';
import { compileFunction } from 'node:vm';
import { build } from 'esbuild';
import type { Session } from '../../packages/react/src/session.ts';

/** What a browser does for a page. */
export interface PageSurroundings {
  readonly fetch: (path: string, init: RequestInit) => Promise<Response>;
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  readonly cookie: () => string;
}

/** A document without a window, in which the browser's half of `@convert-fullstack/react` runs as it ships. */
export interface PageLife {
  readonly session: Session;
  /** Resolves when nothing is under way and nothing waits for its time. */
  idle(): Promise<void>;
  setHidden(isHidden: boolean): void;
  /** The browser has found a network again. */
  hearOfNetwork(): void;
  /** The page is left: it hears of that, and never anything else. */
  end(): Promise<void>;
}

export type StartPage = (surroundings: PageSurroundings) => PageLife;

type Scripts = (...globals: readonly unknown[]) => Session;

/** Time runs so many times as fast in these pages: nobody wants to wait for all of them to be patient. */
const SPEED = 10;

/** What the scripts of a page find around them, as far as they use it. */
const GLOBALS = ['addEventListener', 'document', 'navigator', 'localStorage', 'fetch', 'setTimeout', 'clearTimeout'];

/** Bundles the scripts, which then run once for each page that is started. */
export async function bundlePage(): Promise<StartPage> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('delivery-in-page.ts', import.meta.url))],
    bundle: true,
    format: 'iife',
    globalName: 'page',
    define: { 'process.env.NODE_ENV': '"production"' },
    write: false,
  });
  // What the file above exports.
  const scripts = compileFunction(`${outputFiles[0]?.text} return page.session;`, GLOBALS) as Scripts;
  return (surroundings) => startPage(scripts, surroundings);
}

function startPage(scripts: Scripts, { fetch, storage, cookie }: PageSurroundings): PageLife {
  const window = new EventTarget();
  const document = Object.defineProperty(Object.assign(new EventTarget(), { hidden: false }), 'cookie', {
    get: cookie,
  });
  const timers = new Set<ReturnType<typeof setTimeout>>();
  const waiting: (() => void)[] = [];
  let underWay = 0;
  let hasEnded = false;

  function settle(): void {
    // What the page does about an answer comes first: it may be another request.
    setImmediate(() => {
      if (timers.size > 0 || underWay > 0) return;
      for (const resolve of waiting.splice(0)) resolve();
    });
  }

  async function fetchInPage(path: string, init: RequestInit): Promise<Response> {
    underWay += 1;
    try {
      return await fetch(path, init);
    } finally {
      underWay -= 1;
      settle();
      // The request outlives the page; there is nobody any more who could hear the answer.
      if (hasEnded) await new Promise(() => {});
    }
  }

  function startTimer(run: () => void, ms: number): ReturnType<typeof setTimeout> {
    const timer = setTimeout(() => {
      stopTimer(timer);
      run();
    }, ms / SPEED);
    timers.add(timer);
    return timer;
  }

  function stopTimer(timer: ReturnType<typeof setTimeout> | undefined): void {
    clearTimeout(timer);
    if (timer && timers.delete(timer)) settle();
  }

  function setHidden(isHidden: boolean): void {
    document.hidden = isHidden;
    document.dispatchEvent(new Event('visibilitychange'));
  }

  const listen = window.addEventListener.bind(window);
  const session = scripts(listen, document, {}, storage, fetchInPage, startTimer, stopTimer);
  session.attach();
  return {
    session,
    idle() {
      settle();
      return new Promise((resolve) => waiting.push(resolve));
    },
    setHidden,
    hearOfNetwork: () => void window.dispatchEvent(new Event('online')),
    async end() {
      window.dispatchEvent(new Event('pagehide'));
      setHidden(true);
      // Microtasks are still the page's.
      await null;
      hasEnded = true;
      for (const timer of timers) stopTimer(timer);
    },
  };
}
