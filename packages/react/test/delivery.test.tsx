// @vitest-environment jsdom
import { RELAY_MAX_BYTES, type RelayEvent, type RelayExposure } from '@convert-fullstack/core/bridge';
import { cleanup, render } from '@testing-library/react';
import { Activity, StrictMode } from 'react';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { createDelivery } from '../src/delivery.ts';
import { ConvertProvider, Exposure, type TrackConversion, useTrackConversion } from '../src/index.ts';
import { deferred } from './support/deferred.ts';
import { resetPage } from './support/page.ts';
import { hero, payloadOf } from './support/payloads.ts';
import { recordRelay } from './support/relay.ts';

const EVENTS_URL = '/api/convert/events';

let relay: ReturnType<typeof recordRelay>;
let warn: MockInstance<typeof console.warn>;
const started: (() => void)[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0);
  relay = recordRelay();
  warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
});

afterEach(async () => {
  cleanup();
  for (const detach of started.splice(0)) detach();
  await elapse(0);
  await resetPage();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** A delivery without jitter, listening to the page until the test ends. */
function startDelivery() {
  const delivery = createDelivery('/api/convert', () => {});
  delivery.open();
  started.push(delivery.attach());
  let count = 0;
  const add = (times = 1) => {
    for (let n = 0; n < times; n += 1) delivery.add('visitor-1', exposure(count++));
  };
  const addEvent = (event: RelayEvent) => delivery.add('visitor-1', event);
  return { add, addEvent };
}

const exposure = (n: number): RelayExposure => ({ type: 'exposure', experienceId: `${n}`, variationId: '1' });
const sent = () => relay.exposures().map(({ experienceId }) => Number(experienceId));
const upTo = (end: number) => Array.from({ length: end }, (_, n) => n);
const bytes = (init: RequestInit) => new TextEncoder().encode(String(init.body)).length;
const elapse = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const pagehide = async () => {
  window.dispatchEvent(new Event('pagehide'));
  await elapse(0);
};

function Page({ endpoint = '/api/convert' }: { endpoint?: string }) {
  return (
    <ConvertProvider payload={payloadOf([hero])} endpoint={endpoint}>
      <Exposure of={hero} />
    </ConvertProvider>
  );
}

function Button({ onReady }: { onReady: (track: TrackConversion) => void }) {
  onReady(useTrackConversion());
  return null;
}

describe('a batch', () => {
  it('is a same-origin keepalive POST of JSON to {endpoint}/events, with an id and the visitor', async () => {
    const { add } = startDelivery();
    add();
    await elapse(1_000);
    const batch = { id: expect.stringMatching(/^[A-Za-z0-9]{8,32}$/), visitor: 'visitor-1', events: [exposure(0)] };
    expect(relay.requests).toEqual([
      {
        url: EVENTS_URL,
        init: {
          method: 'POST',
          keepalive: true,
          headers: { 'content-type': 'application/json' },
          body: expect.any(String),
        },
        body: batch,
        events: [exposure(0)],
      },
    ]);
    // `credentials` is left at the default, which the platform defines:
    expect(new Request('https://shop.example/').credentials).toBe('same-origin');
  });

  it('leaves a tenth of a second after its first event', async () => {
    const { add } = startDelivery();
    add();
    await elapse(60);
    add();
    await elapse(39);
    expect(relay.requests).toHaveLength(0);
    await elapse(1);
    expect(relay.requests.map(({ events }) => events.length)).toEqual([2]);
  });

  it('has an id of its own', async () => {
    const { add } = startDelivery();
    for (const _ of upTo(50)) {
      add();
      await elapse(100);
    }
    expect(new Set(relay.batches().map(({ id }) => id)).size).toBe(50);
  });

  it('is not followed by anything when nothing waits', async () => {
    startDelivery();
    await pagehide();
    await elapse(60_000);
    expect(relay.requests).toHaveLength(0);
  });
});

describe('a request under way', () => {
  it('holds back the next until it is answered, and loses nothing that came meanwhile', async () => {
    const { promise, resolve } = deferred<Response>();
    relay.answer(promise);
    const { add } = startDelivery();
    add(10);
    await elapse(100);
    add(25);
    await elapse(60_000);
    expect(relay.requests).toHaveLength(1);
    resolve(Response.json({ accepted: 10, rejected: [] }, { status: 202 }));
    await elapse(1_000);
    expect(sent()).toEqual(upTo(35));
    expect(relay.requests).toHaveLength(2);
  });

  it('does not hold back the page that is being left, and is not sent again by it', async () => {
    relay.answer(deferred<Response>().promise);
    const { add } = startDelivery();
    add(10);
    await elapse(100);
    add(3);
    await pagehide();
    expect(relay.batches().map(({ events }) => events.length)).toEqual([10, 3]);
  });
});

describe('size', () => {
  const conversion = (n: number, text: string) =>
    ({ type: 'conversion', goalKey: `goal-${n}`, conversionData: { transactionId: text } }) as const;

  it('no body exceeds the limit of the relay: bytes, not characters', async () => {
    const { addEvent } = startDelivery();
    // 3 bytes each in UTF-8, one UTF-16 unit.
    for (let n = 0; n < 9; n += 1) addEvent(conversion(n, '€'.repeat(7_000)));
    await pagehide();
    const sizes = relay.requests.map(({ init }) => bytes(init));
    expect(relay.conversions()).toHaveLength(9);
    expect(sizes.length).toBeGreaterThan(2);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(RELAY_MAX_BYTES);
  });

  it('a batch that nearly fills the limit is not split', async () => {
    const { addEvent } = startDelivery();
    addEvent(conversion(0, 'x'.repeat(30_000)));
    addEvent(conversion(1, 'x'.repeat(RELAY_MAX_BYTES - 30_000 - 300)));
    await pagehide();
    expect(relay.requests).toHaveLength(1);
    expect(relay.requests.map(({ init }) => RELAY_MAX_BYTES - bytes(init) < 100)).toEqual([true]);
  });

  it('an event that is too large on its own is dropped with a warning and blocks nothing', async () => {
    const { add, addEvent } = startDelivery();
    addEvent(conversion(0, 'x'.repeat(RELAY_MAX_BYTES)));
    add();
    await elapse(1_000);
    expect(relay.events()).toEqual([exposure(0)]);
    expect(warn).toHaveBeenCalledExactlyOnceWith('Convert: event too large, dropped.');
  });

  it('memory is bounded: of a hundred batches and more the oldest are dropped', async () => {
    relay.answer(503);
    const { addEvent } = startDelivery();
    // Two of these do not fit into one batch.
    for (let n = 0; n < 150; n += 1) addEvent(conversion(n, 'x'.repeat(40_000)));
    await pagehide();
    expect(relay.conversions().map(({ goalKey }) => goalKey)).toEqual(upTo(100).map((n) => `goal-${n + 50}`));
  });

  it('what has piled up leaves a hundred events at a time', async () => {
    relay.answer(503);
    const { add } = startDelivery();
    add(10);
    await elapse(100);
    add(240);
    await elapse(60_000);
    expect(relay.requests.map(({ events }) => events.length)).toEqual([10, 10, 100, 100, 40]);
    expect(sent().slice(10)).toEqual(upTo(250));
    expect(relay.mostAtOnce()).toBe(1);
  });
});

describe('failure', () => {
  it.each([
    ['no network', new TypeError('Failed to fetch')],
    [408, 408],
    [429, 429],
    [500, 500],
    [503, 503],
  ])('is tried again after %s: the same batch under the same id, then what came later', async (_, answer) => {
    relay.answer(answer);
    const { add } = startDelivery();
    add(2);
    await elapse(400);
    add();
    await elapse(120_000);
    expect(relay.requests.map(({ events }) => events)).toEqual([
      [exposure(0), exposure(1)],
      [exposure(0), exposure(1)],
      [exposure(2)],
    ]);
    const [first, again, later] = relay.requests.map(({ init }) => init.body);
    expect(again).toBe(first);
    expect(later).not.toContain(relay.batches()[0]?.id);
  });

  async function delaysOf(random: number) {
    vi.spyOn(Math, 'random').mockReturnValue(random);
    relay.alwaysAnswer(503);
    const { add } = startDelivery();
    const times: number[] = [];
    add();
    for (let ms = 0; ms < 200_000; ms += 100) {
      await elapse(100);
      if (relay.requests.length > times.length) times.push(ms + 100);
    }
    return times.slice(1).map((time, n) => time - (times[n] ?? 0));
  }

  it('waits longer each time, up to 30 seconds', async () => {
    expect((await delaysOf(0)).slice(0, 6)).toEqual([400, 1_600, 6_400, 25_600, 30_000, 30_000]);
  });

  it('spreads its delay by up to a half', async () => {
    expect((await delaysOf(1)).slice(0, 6)).toEqual([200, 800, 3_200, 12_800, 15_000, 15_000]);
  });

  it('is not hurried by further events', async () => {
    relay.answer(503);
    const { add } = startDelivery();
    add(10);
    await elapse(100);
    add(30);
    await elapse(399);
    expect(relay.requests).toHaveLength(1);
    await elapse(1);
    expect(relay.requests).toHaveLength(2);
  });

  it('is not hurried by events that came while the request was under way', async () => {
    const { promise, resolve } = deferred<Response>();
    relay.answer(promise);
    const { add } = startDelivery();
    add(10);
    await elapse(100);
    add();
    resolve(new Response(null, { status: 503 }));
    await elapse(399);
    expect(relay.requests).toHaveLength(1);
    await elapse(1);
    expect(relay.requests).toHaveLength(2);
    await elapse(100);
    expect(sent().slice(10)).toEqual(upTo(11));
  });

  it('is over with the first success: the next batch waits its tenth of a second only', async () => {
    relay.answer(503, 503);
    const { add } = startDelivery();
    add();
    await elapse(100 + 400 + 1_600);
    expect(relay.requests).toHaveLength(3);
    add();
    await elapse(100);
    expect(relay.requests).toHaveLength(4);
  });

  it.each([400, 401, 403, 404, 413, 415])('with %i drops the batch for good, and says so', async (status) => {
    relay.answer(status);
    const { add } = startDelivery();
    add(10);
    await elapse(120_000);
    add(10);
    await elapse(1_000);
    expect(sent()).toEqual(upTo(20));
    expect(warn).toHaveBeenCalledExactlyOnceWith(`Convert: ${EVENTS_URL} answered ${status}, events dropped.`);
  });

  it.each([
    ['fetch is missing', undefined],
    [
      'fetch throws',
      () => {
        throw new Error('replaced by an extension');
      },
    ],
  ])('does not reach the app, and what waits is kept: %s', async (_, fetch) => {
    const working = globalThis.fetch;
    vi.stubGlobal('fetch', fetch);
    const { add } = startDelivery();
    expect(() => add(10)).not.toThrow();
    await elapse(1_000);
    vi.stubGlobal('fetch', working);
    await elapse(10_000);
    expect(sent()).toEqual(upTo(10));
  });
});

describe('after a 2xx', () => {
  it.each([
    ['no content', () => new Response(null, { status: 204 })],
    ['a body that is no JSON', () => new Response('<!doctype html>', { status: 200 })],
    ['a body that breaks off', () => new Response(new ReadableStream({ start: (c) => c.error(new Error('reset')) }))],
    ['a receipt of another shape', () => Response.json({ ok: true }, { status: 202 })],
  ])('nothing is sent again: %s', async (_, answer) => {
    relay.answer(answer);
    const { add } = startDelivery();
    add(10);
    await elapse(120_000);
    await pagehide();
    expect(sent()).toEqual(upTo(10));
    expect(warn).not.toHaveBeenCalled();
  });

  it('rejected events are explained in development and not sent again', async () => {
    const receipt = {
      accepted: 8,
      rejected: [0, 1].map((index) => ({ index, reason: 'assignment_unknown' })),
    };
    relay.answer(() => Response.json(receipt, { status: 202 }));
    const { add } = startDelivery();
    add(10);
    await elapse(120_000);
    expect(sent()).toEqual(upTo(10));
    expect(warn).toHaveBeenCalledExactlyOnceWith('Convert: the relay rejected events: assignment_unknown.');
  });
});

describe('the provider', () => {
  it('delivers what happens below it', async () => {
    render(<Page />);
    await elapse(1_000);
    expect(relay.requests.map(({ url, events }) => [url, events.length])).toEqual([[EVENTS_URL, 1]]);
  });

  it('delivers once in StrictMode, and not before its time', async () => {
    render(
      <StrictMode>
        <Page />
      </StrictMode>,
    );
    await elapse(99);
    expect(relay.requests).toHaveLength(0);
    await elapse(1);
    await pagehide();
    await elapse(60_000);
    expect(relay.events()).toHaveLength(1);
  });

  it('sends what waits when it unmounts, and leaves no timers and listeners behind', async () => {
    const { unmount } = render(<Page />);
    unmount();
    await elapse(0);
    expect(relay.events()).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
    await pagehide();
    await elapse(60_000);
    expect(relay.requests).toHaveLength(1);
  });

  it('does not go on trying once it is gone', async () => {
    relay.alwaysAnswer(new TypeError('Failed to fetch'));
    const { unmount } = render(<Page />);
    unmount();
    await elapse(600_000);
    expect(relay.requests).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.skipIf(!Activity)('resumes what failed when it comes back from a hidden <Activity>', async () => {
    relay.answer(503);
    const { rerender } = render(
      <Activity mode="visible">
        <Page />
      </Activity>,
    );
    rerender(
      <Activity mode="hidden">
        <Page />
      </Activity>,
    );
    await elapse(600_000);
    expect(relay.requests).toHaveLength(1);
    rerender(
      <Activity mode="visible">
        <Page />
      </Activity>,
    );
    await elapse(4_000);
    expect(relay.requests.map(({ events }) => events.length)).toEqual([1, 1]);
  });

  it('still delivers a conversion that is reported after it is gone', async () => {
    const ready = vi.fn<(track: TrackConversion) => void>();
    const { unmount } = render(
      <ConvertProvider payload={payloadOf([])}>
        <Button onReady={ready} />
      </ConvertProvider>,
    );
    const { promise, resolve } = deferred<Response>();
    relay.answer(promise);
    const track = ready.mock.lastCall?.[0];
    track?.('signup');
    unmount();
    await elapse(0);
    expect(track?.('purchase').status).toBe('queued');
    resolve(new Response(null, { status: 202 }));
    await elapse(1_000);
    expect(relay.conversions().map(({ goalKey }) => goalKey)).toEqual(['signup', 'purchase']);
  });

  it('goes over to another endpoint without counting again', async () => {
    const { rerender } = render(<Page endpoint="/one" />);
    rerender(<Page endpoint="/two" />);
    await elapse(1_000);
    expect(relay.requests.map(({ url, events }) => [url, events.length])).toEqual([['/one/events', 1]]);
  });
});
