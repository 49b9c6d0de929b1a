// @vitest-environment jsdom
import { RECEIPT_COOKIE, RELAY_MAX_BYTES, type RelayExposure } from '@convert-fullstack/core/bridge';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDelivery } from '../src/delivery.ts';
import { deferred } from './support/deferred.ts';
import { blockStorage, comeBack, resetPage, setCookie, setHidden, setOnline } from './support/page.ts';
import { recordRelay } from './support/relay.ts';

let relay: ReturnType<typeof recordRelay>;
const started: (() => void)[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0);
  relay = recordRelay();
});

afterEach(async () => {
  for (const detach of started.splice(0)) detach();
  await elapse(0);
  vi.restoreAllMocks();
  await resetPage();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** The part of a page, or of another tab, that delivers: they share localStorage, cookies and the document's events. */
function openPage({ visitor = 'visitor-1' }: { visitor?: string } = {}) {
  const delivery = createDelivery('/api/convert', () => {});
  delivery.open();
  const close = delivery.attach();
  started.push(close);
  return {
    add: (...numbers: number[]) => {
      for (const n of numbers) delivery.add(visitor, exposure(n));
    },
    addFor: (other: string, n: number) => delivery.add(other, exposure(n)),
    drop: delivery.drop,
    /** The process ends: nothing of this page runs any more. */
    kill: () => {
      const fetch = globalThis.fetch;
      vi.stubGlobal('fetch', () => new Promise(() => {}));
      close();
      started.splice(started.indexOf(close), 1);
      return elapse(0).then(() => void vi.stubGlobal('fetch', fetch));
    },
  };
}

/** What another page has left is let lie as long. */
const SETTLED_MS = 2_000;

const exposure = (n: number): RelayExposure => ({ type: 'exposure', experienceId: `${n}`, variationId: '1' });
const sent = () => relay.exposures().map(({ experienceId }) => Number(experienceId));
const elapse = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const pagehide = async () => {
  window.dispatchEvent(new Event('pagehide'));
  await elapse(0);
};
const stored = () => JSON.parse(localStorage.getItem('cv_queue') ?? '[]');
const store = (batches: unknown) => localStorage.setItem('cv_queue', JSON.stringify(batches));
const batch = (id: string, ...numbers: number[]) => ({ id, visitor: 'visitor-1', events: numbers.map(exposure) });
const upTo = (end: number) => Array.from({ length: end }, (_, n) => n);

describe('a page that is left', () => {
  it.each([
    ['pagehide', pagehide],
    ['the document is hidden', () => setHidden(true)],
  ])('sends at once: %s', async (_, leave) => {
    openPage().add(0);
    await leave();
    expect(sent()).toEqual([0]);
  });

  it('sends once when both follow each other', async () => {
    openPage().add(0);
    await setHidden(true);
    await pagehide();
    expect(relay.requests).toHaveLength(1);
  });

  it('sends on every leave: a page that comes back from the back/forward cache goes on', async () => {
    const { add } = openPage();
    for (const n of [1, 2, 3]) {
      add(n);
      await pagehide();
      await comeBack();
      expect(relay.requests).toHaveLength(n);
    }
  });

  it('sends even while it waits to try again, the same batch', async () => {
    relay.answer(503);
    openPage().add(0);
    await elapse(400);
    await pagehide();
    expect(sent()).toEqual([0, 0]);
    expect(relay.batches()[1]).toEqual(relay.batches()[0]);
  });

  it('keeps in localStorage what has no answer yet, until a 2xx reaches it', async () => {
    const { promise, resolve } = deferred<Response>();
    relay.answer(promise);
    openPage().add(0, 1);
    await setHidden(true);
    expect(stored()).toEqual(relay.batches());
    resolve(new Response(null, { status: 202 }));
    await elapse(0);
    expect(localStorage.getItem('cv_queue')).toBeNull();
  });

  it('keeps what was under way, and does not send it a second time but asks whether it has arrived', async () => {
    relay.answer(deferred<Response>().promise);
    openPage().add(0);
    await elapse(100);
    await setHidden(true);
    expect(stored()).toEqual(relay.batches());
    const [{ id, visitor } = {}] = relay.batches();
    expect(relay.questions().map(({ body }) => body)).toEqual([{ id, visitor, isLeaving: true, events: [] }]);
    expect(relay.requests).toHaveLength(2);
  });

  it('says so to the relay, which then tells the next page what has arrived; a page that stays does not', async () => {
    openPage().add(0);
    await elapse(100);
    openPage().add(1);
    await pagehide();
    expect(relay.requests.map(({ body }) => body.isLeaving)).toEqual([undefined, true]);
  });

  it('takes what is refused for good out of localStorage, too', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    relay.answer(400);
    openPage().add(0);
    await setHidden(true);
    expect(localStorage.getItem('cv_queue')).toBeNull();
  });

  it('owns nothing: it does not try again while it is hidden', async () => {
    relay.alwaysAnswer(503);
    openPage().add(0);
    await setHidden(true);
    await elapse(600_000);
    expect(relay.requests).toHaveLength(1);
    expect(stored()).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('hands over at once what happens while it is hidden, in one batch', async () => {
    const { add } = openPage();
    await setHidden(true);
    add(0, 1, 2);
    await elapse(0);
    expect(relay.requests.map(({ events }) => events.length)).toEqual([3]);
  });

  it('adds to what other pages have left', async () => {
    store([batch('leftByAnother', 7)]);
    await setHidden(true);
    relay.alwaysAnswer(503);
    openPage().add(0);
    await elapse(0);
    expect(stored().map(({ events }: { events: RelayExposure[] }) => events)).toEqual([[exposure(7)], [exposure(0)]]);
  });

  it('leaves a hundred events at most, and the newest', async () => {
    relay.alwaysAnswer(503);
    openPage().add(...upTo(250));
    await pagehide();
    const events: RelayExposure[] = stored().flatMap((left: { events: RelayExposure[] }) => left.events);
    expect(events.length).toBeLessThanOrEqual(100);
    expect(events.at(-1)).toEqual(exposure(249));
  });

  it('leaves 64 kB at most, and the newest', async () => {
    relay.alwaysAnswer(503);
    const delivery = createDelivery('/api/convert', () => {});
    started.push(delivery.attach());
    for (const goalKey of ['first', 'second', 'third']) {
      delivery.add('visitor-1', { type: 'conversion', goalKey, conversionData: { transactionId: 'x'.repeat(40_000) } });
    }
    await pagehide();
    const text = localStorage.getItem('cv_queue') ?? '';
    expect(text.length).toBeLessThanOrEqual(RELAY_MAX_BYTES);
    expect(text).toContain('third');
    expect(text).not.toContain('second');
  });
});

describe('the next page', () => {
  it('delivers what the last one could not, the same batch under the same id, and empties localStorage', async () => {
    relay.answer(new TypeError('Failed to fetch'));
    const { add, kill } = openPage();
    add(0, 1);
    await pagehide();
    await kill();
    openPage();
    await elapse(SETTLED_MS);
    expect(localStorage.getItem('cv_queue')).toBeNull();
    await elapse(100);
    expect(relay.requests).toHaveLength(2);
    expect(relay.batches()[1]).toEqual(relay.batches()[0]);
    await elapse(600_000);
    expect(relay.requests).toHaveLength(2);
  });

  it('control: without localStorage it would be lost', async () => {
    relay.answer(new TypeError('Failed to fetch'));
    const { add, kill } = openPage();
    add(0, 1);
    await pagehide();
    await kill();
    localStorage.clear();
    openPage();
    await elapse(600_000);
    expect(relay.requests).toHaveLength(1);
  });

  it('does not send again what the receipt says has arrived', async () => {
    relay.answer(deferred<Response>().promise);
    const { add, kill } = openPage();
    add(0);
    await pagehide();
    await kill();
    setCookie(`${RECEIPT_COOKIE}=someVisitorRef00.anotherId-${relay.batches()[0]?.id}.100-200; path=/`);
    openPage().add(1);
    await elapse(600_000);
    expect(sent()).toEqual([0, 1]);
  });

  it('control: with the receipt of another batch it is sent again', async () => {
    relay.answer(deferred<Response>().promise);
    const { add, kill } = openPage();
    add(0);
    await pagehide();
    await kill();
    setCookie(`${RECEIPT_COOKIE}=someVisitorRef00.anotherId.100-200; path=/`);
    openPage();
    await elapse(SETTLED_MS + 100);
    expect(sent()).toEqual([0, 0]);
  });

  it('takes nothing over as long as nobody looks at it', async () => {
    store([batch('leftByAnother', 7)]);
    await setHidden(true);
    openPage();
    await elapse(60_000);
    expect(relay.requests).toHaveLength(0);
    expect(stored()).toHaveLength(1);
    await setHidden(false);
    await elapse(SETTLED_MS + 100);
    expect(sent()).toEqual([7]);
  });

  it.each([
    [
      'becomes visible',
      async () => {
        await setHidden(true);
        await setHidden(false);
      },
    ],
    [
      'comes back from the back/forward cache',
      async () => {
        await pagehide();
        await comeBack();
      },
    ],
    [
      'is online again',
      async () => {
        await setOnline(false);
        await setOnline(true);
      },
    ],
  ])('takes over also when it %s', async (_, happen) => {
    openPage();
    store([batch('leftByAnother', 7)]);
    await happen();
    await elapse(SETTLED_MS + 100);
    expect(sent()).toEqual([7]);
    expect(localStorage.getItem('cv_queue')).toBeNull();
  });

  it('also what was left before a login, and says for whom its page was made', async () => {
    const left = { ...batch('leftByAnother', 7), visitor: 'visitor-2' };
    store([left]);
    openPage();
    await elapse(SETTLED_MS + 100);
    expect(relay.batches()).toEqual([left]);
    expect(localStorage.getItem('cv_queue')).toBeNull();
  });

  it('once the page before has had time to learn what arrived', async () => {
    store([batch('leftByAnother', 7)]);
    openPage();
    await elapse(SETTLED_MS - 1);
    expect(sent()).toEqual([]);
    // The answer to the page before, late.
    localStorage.removeItem('cv_queue');
    await elapse(600_000);
    expect(sent()).toEqual([]);
  });

  it('leaves again what it has taken over and could not deliver either', async () => {
    relay.alwaysAnswer(503);
    store([batch('leftByAnother', 7)]);
    openPage();
    await elapse(100);
    await setHidden(true);
    expect(stored()).toEqual([batch('leftByAnother', 7)]);
  });
});

describe('two tabs', () => {
  it('deliver together what one of them left, once', async () => {
    store([batch('leftByAnother', 7), batch('leftByAnother2', 8)]);
    openPage();
    openPage();
    await elapse(600_000);
    expect(sent()).toEqual([7, 8]);
  });

  it('take over under a lock where the browser has one', async () => {
    const waiting: (() => void)[] = [];
    const request = vi.fn(
      (_name: string, run: () => void) =>
        new Promise<void>((resolve) => {
          waiting.push(() => resolve(run()));
        }),
    );
    Object.defineProperty(navigator, 'locks', { value: { request }, configurable: true });
    store([batch('leftByAnother', 7)]);
    openPage().add(0);
    await elapse(100);
    // What is the page's own does not wait for the lock.
    expect(sent()).toEqual([0]);
    await elapse(SETTLED_MS);
    expect(stored()).toHaveLength(1);
    for (const grant of waiting.splice(0)) grant();
    expect(localStorage.getItem('cv_queue')).toBeNull();
    await elapse(100);
    expect(sent()).toEqual([0, 7]);
    expect(new Set(request.mock.calls.map(([name]) => name))).toEqual(new Set(['cv_queue']));
  });

  it('hold the lock until the others can see that there is nothing left', async () => {
    let isHeld = true;
    const request = async (_name: string, run: () => Promise<void>) => {
      await run();
      isHeld = false;
    };
    Object.defineProperty(navigator, 'locks', { value: { request }, configurable: true });
    store([batch('leftByAnother', 7)]);
    openPage();
    await elapse(SETTLED_MS + 199);
    expect(localStorage.getItem('cv_queue')).toBeNull();
    expect(isHeld).toBe(true);
    await elapse(1);
    expect(isHeld).toBe(false);
  });

  it('ask for no lock when hidden: it would keep the page out of the back/forward cache', async () => {
    const request = vi.fn(async (_name: string, run: () => void) => run());
    Object.defineProperty(navigator, 'locks', { value: { request }, configurable: true });
    openPage().add(0);
    await elapse(600_000);
    const asked = request.mock.calls.length;
    store([batch('leftByAnother', 7)]);
    await setHidden(true);
    await elapse(600_000);
    expect(request).toHaveBeenCalledTimes(asked);
    await setHidden(false);
    await elapse(600_000);
    expect(request.mock.calls.length).toBeGreaterThan(asked);
    expect(sent()).toEqual([0, 7]);
  });

  it('a tab that is hidden before it gets the lock takes nothing', async () => {
    const waiting: (() => void)[] = [];
    const request = (_name: string, run: () => void) => Promise.resolve(void waiting.push(run));
    Object.defineProperty(navigator, 'locks', { value: { request }, configurable: true });
    store([batch('leftByAnother', 7)]);
    openPage();
    await elapse(SETTLED_MS);
    await setHidden(true);
    expect(waiting).toHaveLength(1);
    for (const run of waiting) run();
    expect(stored()).toHaveLength(1);
  });

  it('a lock that is refused reaches nobody', async () => {
    const request = () => Promise.reject(new DOMException('sandboxed', 'SecurityError'));
    Object.defineProperty(navigator, 'locks', { value: { request }, configurable: true });
    store([batch('leftByAnother', 7)]);
    openPage().add(0);
    await elapse(600_000);
    expect(sent()).toEqual([0]);
  });
});

describe('offline', () => {
  const goOffline = () => {
    relay.alwaysAnswer(new TypeError('Failed to fetch'));
    return setOnline(false);
  };
  const goOnline = () => {
    relay.requests.length = 0;
    relay.alwaysAnswer(202);
    return setOnline(true);
  };

  it('what happens waits in memory and leaves as soon as the network is back', async () => {
    await goOffline();
    openPage().add(0, 1);
    await elapse(600_000);
    await goOnline();
    await elapse(100);
    expect(sent()).toEqual([0, 1]);
  });

  it('a browser that only thinks it is offline delivers all the same', async () => {
    await setOnline(false);
    openPage().add(0, 1);
    await elapse(100);
    expect(sent()).toEqual([0, 1]);
  });

  it('a page that is closed leaves it for the next, which tries until the network is back', async () => {
    await goOffline();
    const { add, kill } = openPage();
    add(0);
    await pagehide();
    await kill();
    openPage();
    await elapse(600_000);
    await goOnline();
    await elapse(100);
    expect(sent()).toEqual([0]);
  });
});

describe('a visitor that changes while the page lives', () => {
  it('no batch mixes two', async () => {
    const { add, addFor } = openPage();
    add(0, 1);
    addFor('visitor-2', 2);
    addFor('visitor-2', 3);
    add(4);
    await elapse(1_000);
    expect(relay.batches().map(({ visitor, events }) => [visitor, events.length])).toEqual([
      ['visitor-1', 2],
      ['visitor-2', 2],
      ['visitor-1', 1],
    ]);
  });
});

describe('localStorage is not to be trusted', () => {
  it.each([
    '',
    'null',
    '7',
    '"text"',
    '{',
    '{}',
    '[null]',
    '[7,"text",true,[]]',
    '[{}]',
    '[{"id":"leftByAnother","visitor":"visitor-1"}]',
    '[{"id":"leftByAnother","visitor":"visitor-1","events":null}]',
    '[{"id":"leftByAnother","visitor":"visitor-1","events":{"length":1}}]',
    '[{"id":1234567890,"visitor":"visitor-1","events":[{}]}]',
    '[{"id":["leftByAnother"],"visitor":"visitor-1","events":[{}]}]',
    '[{"id":{"toString":1},"visitor":"visitor-1","events":[{}]}]',
    '[{"id":"","visitor":"visitor-1","events":[{}]}]',
    '[{"visitor":"visitor-1","events":[{}]}]',
    `[{"id":"${'x'.repeat(65)}","visitor":"visitor-1","events":[{}]}]`,
    `[{"id":"leftByAnother","visitor":"visitor-1","events":[${Array(101).fill('{}')}]}]`,
    // Nested more deeply than can be written again.
    `[{"id":"leftByAnother","visitor":"visitor-1","events":[${'['.repeat(30_000)}${']'.repeat(30_000)}]}]`,
    // Longer in bytes than in characters.
    `[{"id":"leftByAnother","visitor":"visitor-1","events":["${'€'.repeat(30_000)}"]}]`,
    `[{"id":"leftByAnother","visitor":"visitor-1","events":["${'x'.repeat(70_000)}"]}]`,
  ])('what is malformed is removed and not sent: %.70s', async (text) => {
    localStorage.setItem('cv_queue', text);
    openPage();
    await elapse(600_000);
    expect(relay.requests).toHaveLength(0);
    expect(localStorage.getItem('cv_queue')).toBeNull();
  });

  it('control: what is well formed among it is sent', async () => {
    store([null, { id: 7 }, batch('leftByAnother', 7)]);
    openPage();
    await elapse(SETTLED_MS + 100);
    expect(sent()).toEqual([7]);
  });

  it('a page that is left next to garbage leaves its own', async () => {
    await setHidden(true);
    localStorage.setItem('cv_queue', '{"not":"a list"}');
    relay.alwaysAnswer(503);
    openPage().add(0);
    await elapse(0);
    expect(stored()).toEqual(relay.batches());
  });

  async function deliverWithout(storage: () => void) {
    storage();
    const { add } = openPage();
    relay.answer(503);
    add(0);
    await setHidden(true);
    await setHidden(false);
    await elapse(2_000);
    add(1);
    await elapse(100);
    return sent();
  }

  it('events are kept in memory and delivered when it is blocked', async () => {
    let unblock = () => {};
    const delivered = await deliverWithout(() => {
      unblock = blockStorage();
    });
    unblock();
    expect(delivered).toEqual([0, 0, 1]);
  });

  it('events are kept in memory and delivered when it is full', async () => {
    const delivered = await deliverWithout(() => {
      vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
        throw new DOMException('full', 'QuotaExceededError');
      });
    });
    expect(delivered).toEqual([0, 0, 1]);
  });

  it('a hidden page that can leave nothing does not try again and again either', async () => {
    const unblock = blockStorage();
    relay.alwaysAnswer(503);
    openPage().add(0);
    await setHidden(true);
    await elapse(60_000);
    const requests = relay.requests.length;
    unblock();
    expect(requests).toBe(1);
  });

  it('and neither are cookies: a sandboxed page that has none keeps trying without harm', async () => {
    const cookie = vi.spyOn(document, 'cookie', 'get').mockImplementation(() => {
      throw new DOMException('sandboxed', 'SecurityError');
    });
    const { add } = openPage();
    expect(() => add(0)).not.toThrow();
    await elapse(1_000);
    expect(relay.requests).toHaveLength(0);
    cookie.mockRestore();
    await elapse(60_000);
    expect(sent()).toEqual([0]);
  });
});
