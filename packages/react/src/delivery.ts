import type { RelayConsent, RelayEvent } from '@convert-fullstack/core/bridge';
import { type Batch, exclusively, fits, storeBatches, storedBatches } from './batches.ts';
import { explainTooLarge } from './explain.ts';
import { postToRelay, type RelayBody } from './relay-request.ts';

export interface Delivery {
  add(visitor: string, event: RelayEvent): void;
  /** Sends the visitor's answer, before anything that is added later; resolves when the relay has answered for now. */
  tell(consent: RelayConsent): Promise<unknown>;
  /** From now on also delivers what other pages of this browser had to leave. */
  open(): void;
  /** Drops what waits, in storage too. */
  drop(): void;
  /** Listens to the page; the result stops that and sends what waits. */
  attach(): () => void;
}

/** Told what holds from now on: the answer that the relay has taken over, or that it takes nothing of this visitor. */
export type OnConsent = (consent: RelayConsent['consent']) => void;

// Short: what was shown should arrive before a server action counts a conversion.
const INTERVAL_MS = 100;
const MAX_DELAY_MS = 30_000;
const MAX_BATCHES = 100;
// By then the relay has told, or failed to tell, what became of requests that were under way when their page was left.
const SETTLED_MS = 2_000;

/**
 * The browser's queue to the relay. While the page is looked at, the queue is in memory and one request is under way at a
 * time. A page that is hidden may never run again: it sends everything at once, and leaves in storage what has no answer.
 */
export function createDelivery(endpoint: string, onConsent: OnConsent): Delivery {
  let isOpen = false;
  let queue: Batch[] = [];
  /** The visitor's answer that has no answer of the relay yet: it goes first. */
  let told: RelayConsent | null = null;
  /** The batch in the queue that takes more events, because it has not been sent. */
  let open: Batch | null = null;
  const underWay = new Set<string>();
  let failures = 0;
  /** One answer of the visitor after the other: the last word has to come last. */
  let telling: Promise<unknown> = Promise.resolve();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let takeOverTimer: typeof timer;
  /** Aborted when the provider is gone. */
  let attached: AbortSignal | undefined;

  /** Nobody looks at the page, or the provider is gone. */
  const isAway = () => document.hidden || attached?.aborted;

  function schedule(): void {
    // Effects that only run again (StrictMode, another tracking prop) have attached again by then.
    if (isAway()) queueMicrotask(() => isAway() && leave());
    // The answer to a request under way decides when the next one leaves.
    else if ((told ?? queue[0]) && underWay.size === 0) {
      // Less by up to a half: browsers that failed together shall not come back together.
      const delay = Math.min(MAX_DELAY_MS, INTERVAL_MS * 4 ** failures) * (1 - Math.random() / 2);
      timer ??= setTimeout(send, delay);
    }
  }

  function stopTimer(): void {
    clearTimeout(timer);
    timer = undefined;
  }

  function leave(): void {
    const all = [told, ...queue];
    if (queue.length > 0 && storeBatches([...storedBatches(), ...queue])) queue = [];
    for (const body of all) {
      if (!body) continue;
      if (!underWay.has(keyOf(body))) void send(body, true);
      // Nobody may be there to hear the answer: whether it has arrived is asked for, too.
      else if ('id' in body) void postToRelay(endpoint, { ...body, events: [] }, true);
    }
  }

  async function send(body: RelayBody | undefined = told ?? queue[0], isLeaving?: boolean): Promise<void> {
    stopTimer();
    if (!body) return;
    const key = keyOf(body);
    if (body === open) open = null;
    underWay.add(key);
    const status = await postToRelay(endpoint, body, isLeaving);
    underWay.delete(key);
    if (status > 0) {
      failures = 0;
      settle(body, status);
    } else {
      failures++;
      if (isAway()) return;
    }
    schedule();
  }

  /** The relay has had the last word. */
  function settle(body: RelayBody, status: number): void {
    if ('id' in body) {
      const isOther = (other: Batch) => other.id !== body.id;
      queue = queue.filter(isOther);
      storeBatches(storedBatches().filter(isOther));
      // Denied meanwhile, in another tab for example.
      if (status === 403) onConsent('denied');
    } else if (body === told) {
      told = null;
      onConsent(status < 300 ? body.consent : 'denied');
    }
  }

  function resume(): void {
    failures = 0;
    stopTimer();
    schedule();
    clearTimeout(takeOverTimer);
    // Asking for a lock while it is hidden would keep the page out of the back/forward cache.
    takeOverTimer = setTimeout(() => isAway() || exclusively(takeOver), SETTLED_MS);
  }

  function takeOver(): void {
    if (!isOpen || isAway()) return;
    queue.unshift(...storedBatches());
    storeBatches([]);
    schedule();
  }

  return {
    add(to, event) {
      isOpen = true;
      if (open?.visitor === to) {
        open.events.push(event);
        if (fits(open)) return schedule();
        open.events.pop();
      }
      open = { id: crypto.getRandomValues(new Uint32Array(2)).join(''), visitor: to, events: [event] };
      if (fits(open)) {
        queue = [...queue, open].slice(-MAX_BATCHES);
        schedule();
      } else explainTooLarge();
    },
    tell(consent) {
      told = consent;
      telling = telling.then(() => told && send());
      return telling;
    },
    open() {
      isOpen = true;
      resume();
    },
    drop() {
      isOpen = false;
      told = null;
      open = null;
      queue = [];
      storeBatches([]);
    },
    attach() {
      // Serves as the listeners' options, too: it has the signal.
      const provider = new AbortController();
      attached = provider.signal;
      // Not removed on pagehide: a page that comes back from the back/forward cache goes on as it was.
      addEventListener('pagehide', leave, provider);
      addEventListener('pageshow', resume, provider);
      addEventListener('online', resume, provider);
      document.addEventListener('visibilitychange', resume, provider);
      resume();
      return () => {
        provider.abort();
        clearTimeout(takeOverTimer);
        schedule();
      };
    },
  };
}

const keyOf = (body: RelayBody) => ('id' in body ? body.id : body.consent);
