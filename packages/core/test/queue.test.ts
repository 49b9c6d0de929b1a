/// <reference types="node" />
import type { CoreOptions, QueueReleased, TrackedEvent } from '@convert-fullstack/core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ManualClock, settled } from './support/manual-clock.ts';
import { bench, eventsOf } from './support/ports.ts';
import { project } from './support/project.ts';

const goals = Array.from({ length: 50 }, (_, at) => ({ id: `${at}`, key: `g${at}` }));

/** A Core with 50 goals on a clock that stands still, without chance. */
function queueBench(options: Partial<CoreOptions> = {}) {
  const clock = new ManualClock();
  const made = bench(project({ goals }), { clock, random: () => 0, ...options });
  const released: [QueueReleased, unknown][] = [];
  made.core.on('queueReleased', (payload, error) => released.push([payload, error]));
  const track = (visitorId: string, ...goalNumbers: number[]) => {
    const context = made.core.createContext(visitorId);
    for (const at of goalNumbers) context.trackConversion(`g${at}`);
  };
  return { ...made, clock, released, track };
}

const goalOf = ({ event }: { event: TrackedEvent }): number => Number('goalId' in event.data ? event.data.goalId : -1);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

/** An answer that comes when the test says so. */
function later<T>(): { readonly answer: Promise<T>; readonly give: (value: T) => void } {
  let give: (value: T) => void = () => {};
  const answer = new Promise<T>((resolve) => {
    give = resolve;
  });
  return { answer, give };
}

describe('release', () => {
  it('by size', async () => {
    const { transport, released, track } = queueBench({ batchSize: 3 });
    track('v-1', 0, 1);
    await settled();
    expect(transport.sent).toHaveLength(0);
    track('v-2', 2);
    await settled();
    expect(transport.sent).toHaveLength(1);
    expect(released).toEqual([
      [
        { reason: 'batch_size', batchSize: 3, visitorCount: 2, eventCount: 3, statusCode: null, retryAttempts: 0 },
        undefined,
      ],
    ]);
  });

  it('by flush, which sends nothing when there is nothing', async () => {
    const { core, transport, released, track } = queueBench();
    await core.flush();
    track('v-1', 0);
    await core.flush();
    await core.flush();
    expect(transport.sent).toHaveLength(1);
    expect(released.map(([{ reason }]) => reason)).toEqual(['explicit']);
  });

  it('by time, counted from the first event', async () => {
    const { transport, released, track, clock } = queueBench({ autoFlushIntervalMs: 5_000 });
    await clock.advance(60_000);
    track('v-1', 0);
    await clock.advance(3_000);
    track('v-1', 1);
    await clock.advance(1_999);
    expect(transport.sent).toHaveLength(0);
    await clock.advance(1);
    expect(transport.events).toHaveLength(2);
    expect(released.map(([{ reason }]) => reason)).toEqual(['timer']);
    expect(clock.timers).toBe(0);
    track('v-1', 2);
    await clock.advance(5_000);
    expect(transport.events).toHaveLength(3);
  });

  it('by the next event when a frozen runtime missed the time', async () => {
    const { transport, released, track, clock } = queueBench({ autoFlushIntervalMs: 5_000 });
    track('v-1', 0);
    clock.freeze(3_600_000);
    expect(transport.sent).toHaveLength(0);
    track('v-1', 1);
    await settled();
    expect(transport.events).toHaveLength(2);
    expect(released.map(([{ reason }]) => reason)).toEqual(['timer']);
  });

  it('never by itself with neither', async () => {
    const { transport, track, clock } = queueBench({ batchSize: 10 });
    track('v-1', ...upTo(9));
    await clock.advance(86_400_000);
    expect([transport.sent.length, clock.timers]).toEqual([0, 0]);
  });
});

describe('events tracked while a request is under way', () => {
  it('are kept and sent after it, in order', async () => {
    const { core, transport, track } = queueBench({ batchSize: 2 });
    const first = later<number>();
    transport.answers = [first.answer, 200];
    track('v-1', 0, 1);
    track('v-1', 2, 3, 4);
    await settled();
    expect(transport.sent).toHaveLength(1);
    first.give(200);
    await core.flush();
    expect(transport.events.map(goalOf)).toEqual([0, 1, 2, 3, 4]);
  });

  it('stay behind those that have to be sent again', async () => {
    const { core, transport, track, clock } = queueBench({ batchSize: 2 });
    const first = later<number>();
    transport.answers = [first.answer, 200];
    track('v-1', 0, 1);
    track('v-1', 2, 3);
    first.give(500);
    await clock.advance(500);
    await core.flush();
    expect(
      transport.sent
        .slice(1)
        .flatMap(({ body }) => eventsOf(body))
        .map(goalOf),
    ).toEqual([0, 1, 2, 3]);
  });

  it('wait for the timer when they are fewer than a batch', async () => {
    const { transport, track, clock } = queueBench({ batchSize: 2, autoFlushIntervalMs: 1_000 });
    const first = later<number>();
    transport.answers = [first.answer, 200];
    track('v-1', 0, 1);
    track('v-1', 2);
    await clock.advance(4_000);
    first.give(200);
    await clock.advance(999);
    expect(transport.sent).toHaveLength(1);
    await clock.advance(1);
    expect(transport.events.map(goalOf)).toEqual([0, 1, 2]);
  });
});

describe('after a failure', () => {
  it('the batch is sent again with growing waits, up to the longest', async () => {
    const { core, transport, released, track, clock } = queueBench({
      batchSize: 1,
      retry: { jitter: 0, maxMs: 2_000 },
    });
    transport.answers = [500, 503, new Error('reset'), 429, 408, 301, 200];
    track('v-1', 0);
    const waits: (number | null)[] = [];
    for (let attempt = 0; attempt < 6; attempt++) {
      await settled();
      waits.push(clock.nextIn);
      await clock.advance(clock.nextIn ?? 0);
    }
    await core.flush();
    expect(waits).toEqual([500, 1_000, 2_000, 2_000, 2_000, 2_000]);
    expect(transport.sent).toHaveLength(7);
    expect(released.map(([{ statusCode, retryAttempts }]) => [statusCode, retryAttempts])).toEqual([
      [500, 0],
      [503, 1],
      [null, 2],
      [429, 3],
      [408, 4],
      [301, 5],
      [null, 6],
    ]);
    expect(released.map(([, error]) => error instanceof Error)).toEqual([true, true, true, true, true, true, false]);
  });

  it('the waits shrink by chance, by the configured share', async () => {
    const { transport, track, clock } = queueBench({
      batchSize: 1,
      random: () => 0.5,
      retry: { jitter: 0.4, baseMs: 1_000 },
    });
    transport.answers = [500];
    track('v-1', 0);
    await settled();
    expect(clock.nextIn).toBe(800);
  });

  it.each([
    ['in seconds', () => '20'],
    ['as a date', (clock: ManualClock) => new Date(clock.now() + 20_000).toUTCString()],
  ])('Retry-After %s is waited for', async (_form, header) => {
    const { transport, track, clock } = queueBench({ batchSize: 1 });
    transport.answers = [{ status: 429, headers: { 'retry-after': header(clock) } }, 200];
    track('v-1', 0);
    await clock.advance(10_000);
    track('v-2', 1, 2, 3);
    await clock.advance(9_999);
    expect(transport.sent).toHaveLength(1);
    await clock.advance(1);
    expect(transport.sent).toHaveLength(2);
    expect(transport.sent[1] && eventsOf(transport.sent[1].body)).toHaveLength(4);
  });

  it('Retry-After is waited for by flush() too', async () => {
    const { core, transport, track, clock } = queueBench({ batchSize: 1 });
    transport.answers = [{ status: 429, headers: { 'retry-after': '20' } }, 200];
    track('v-1', 0);
    await clock.advance(1_000);
    const flushed = core.flush();
    await clock.advance(18_999);
    expect(transport.sent).toHaveLength(1);
    await clock.advance(1);
    await flushed;
    expect(transport.sent).toHaveLength(2);
  });

  it('Retry-After that is nonsense is ignored, and a very long one cut to an hour', async () => {
    for (const [header, wait] of [
      ['soon', 500],
      ['-5', 500],
      ['', 500],
      ['999999', 3_600_000],
    ] as const) {
      const { transport, track, clock } = queueBench({ batchSize: 1, retry: { jitter: 0 } });
      transport.answers = [{ status: 503, headers: { 'retry-after': header } }];
      track('v-1', 0);
      await settled();
      expect([header, clock.nextIn]).toEqual([header, wait]);
    }
  });

  it('a frozen runtime tries again with the next full batch', async () => {
    const { transport, track, clock } = queueBench({ batchSize: 2 });
    transport.answers = [500, 200];
    track('v-1', 0, 1);
    await settled();
    clock.freeze(3_600_000);
    track('v-1', 2);
    await settled();
    expect(transport.sent[1] && eventsOf(transport.sent[1].body).map(goalOf)).toEqual([0, 1, 2]);
  });

  it.each([400, 401, 403, 404, 413, 422])('status %i is final: the batch is reported and dropped', async (status) => {
    const { core, transport, released, logger, track } = queueBench();
    transport.answers = [status, 200];
    track('v-1', 0, 1);
    await core.flush();
    expect(released[0]?.[0]).toMatchObject({ statusCode: status, eventCount: 2 });
    expect(released[0]?.[1]).toBeInstanceOf(Error);
    expect(logger.warnings).toEqual(['Events could not be delivered; they were dropped.']);
    track('v-1', 2);
    await core.flush();
    expect(transport.sent[1] && eventsOf(transport.sent[1].body).map(goalOf)).toEqual([2]);
  });

  it('there is one warning however often it fails', async () => {
    const { transport, logger, track, clock } = queueBench({ batchSize: 1 });
    transport.answers = [500];
    track('v-1', 0);
    await clock.advance(600_000);
    expect(transport.sent.length).toBeGreaterThan(10);
    expect(logger.warnings).toEqual(['Events could not be delivered; they stay queued.']);
  });
});

describe('a full queue', () => {
  it('drops the oldest first, with one warning and a count', async () => {
    const { core, transport, logger, track } = queueBench({ maxQueueSize: 5, tracking: 'hold' });
    track('v-1', ...upTo(12));
    core.setTracking('on');
    await core.flush();
    expect(transport.events.map(goalOf)).toEqual([7, 8, 9, 10, 11]);
    expect(logger.records.filter(({ level }) => level === 'warn')).toEqual([
      { level: 'warn', message: 'The event queue is full; the oldest events were dropped.', details: { count: 1 } },
    ]);
  });

  it('drops what failed before what came later', async () => {
    const { core, transport, track } = queueBench({ maxQueueSize: 5, batchSize: 4 });
    const first = later<number>();
    transport.answers = [first.answer, 200];
    track('v-1', 0, 1, 2, 3);
    track('v-1', 4, 5, 6);
    first.give(500);
    await settled();
    await core.flush();
    expect(transport.sent[1] && eventsOf(transport.sent[1].body).map(goalOf)).toEqual([2, 3, 4, 5, 6]);
  });

  it('stays bounded while the collector is away', async () => {
    const { core, transport, clock } = queueBench({ maxQueueSize: 100, batchSize: 10, autoFlushIntervalMs: 100 });
    transport.answers = [new Error('refused')];
    for (let round = 0; round < 50; round++) {
      for (let at = 0; at < 50; at++) core.createContext(`v-${round}-${at}`).trackConversion('g0');
      await clock.advance(1_000);
    }
    expect(Math.max(...transport.sent.map(({ body }) => eventsOf(body).length))).toBeLessThanOrEqual(100);
    transport.answers = [200];
    transport.sent.length = 0;
    await core.flush();
    expect(transport.events.map(({ visitorId }) => visitorId)).toEqual(
      [48, 49].flatMap((round) => upTo(50).map((at) => `v-${round}-${at}`)),
    );
  });
});

it('requests stay below 64 KiB and lose nothing to it', async () => {
  const { core, transport } = queueBench();
  const visitorIds = upTo(1_500).map((at) => `${at}-${'"é😀\\'.repeat(at % 60)}`);
  for (const visitorId of visitorIds) core.createContext(visitorId, { country: 'DE'.repeat(20) }).trackConversion('g0');
  await core.flush();
  const sizes = transport.sent.map(({ body }) => new TextEncoder().encode(JSON.stringify(body)).length);
  expect(Math.max(...sizes)).toBeLessThan(64 * 1024);
  expect(sizes.length).toBeLessThan(20);
  expect(transport.events.map(({ visitorId }) => visitorId)).toEqual(visitorIds);
});

describe('flush()', () => {
  it('resolves when everything queued before it is delivered, whatever came after', async () => {
    const { core, transport, track } = queueBench();
    const [first, second] = [later<number>(), later<number>()];
    transport.answers = [first.answer, second.answer];
    track('v-1', 0);
    const flushed = core.flush();
    track('v-1', 1);
    first.give(200);
    await flushed;
    expect(transport.events.map(goalOf).slice(0, 1)).toEqual([0]);
    second.give(200);
  });

  it('resolves for every caller', async () => {
    const { core, transport, track } = queueBench();
    track('v-1', 0);
    const flushes = [core.flush(), core.flush()];
    track('v-1', 1);
    flushes.push(core.flush());
    await Promise.all(flushes);
    expect(transport.events.map(goalOf)).toEqual([0, 1]);
  });

  it('tries again while it waits, and resolves as soon as that works', async () => {
    const { core, transport, track, clock } = queueBench();
    transport.answers = [500, 500, 200];
    track('v-1', 0);
    const flushed = core.flush();
    await clock.advance(1_500);
    await flushed;
    expect(transport.sent).toHaveLength(3);
    expect(clock.timers).toBe(0);
  });

  it('gives up after the longest wait and keeps the events', async () => {
    const { core, transport, track, clock } = queueBench({ retry: { maxMs: 2_000 } });
    transport.answers = [new Error('refused')];
    track('v-1', 0);
    let done = false;
    const flushed = core.flush().then(() => {
      done = true;
    });
    await clock.advance(1_999);
    expect(done).toBe(false);
    await clock.advance(1);
    await flushed;
    transport.answers = [200];
    await core.flush();
    expect(transport.events.slice(-1).map(goalOf)).toEqual([0]);
  });

  it('never rejects, whatever the transport does', async () => {
    const faults = [
      () => Promise.reject(new Error('x')),
      () => Promise.reject(undefined),
      () => {
        throw new Error('sync');
      },
      () => Promise.resolve(undefined),
      () => Promise.resolve({ status: Number.NaN, headers: {} }),
      () => undefined,
    ];
    for (const send of faults) {
      const transport = { fetchConfig: () => Promise.reject(new Error('x')), send } as never;
      const { core, track, clock } = queueBench({ transport, retry: { maxMs: 100 } });
      track('v-1', 0);
      const flushed = core.flush();
      await clock.advance(1_000);
      await expect(flushed).resolves.toBeUndefined();
    }
  });

  it('does not send what was delivered already when the transport forgets the headers', async () => {
    let sent = 0;
    const transport = {
      fetchConfig: () => Promise.reject(new Error('x')),
      send: async () => ({ status: 200, n: sent++ }),
    } as never;
    const { core, track, clock } = queueBench({ transport, retry: { maxMs: 5_000 } });
    track('v-1', 0);
    const flushed = core.flush();
    await clock.advance(10_000);
    await flushed;
    expect(sent).toBe(1);
  });

  it('is over when tracking is put on hold meanwhile', async () => {
    const { core, transport, track, clock } = queueBench();
    transport.answers = [500];
    track('v-1', 0);
    let done = false;
    void core.flush().then(() => {
      done = true;
    });
    await settled();
    core.setTracking('hold');
    await clock.advance(1_000);
    expect(done).toBe(true);
  });

  it('is over when tracking is switched off meanwhile', async () => {
    const { core, transport, track, clock } = queueBench();
    transport.answers = [500];
    track('v-1', 0);
    let done = false;
    void core.flush().then(() => {
      done = true;
    });
    await settled();
    core.setTracking('off');
    await clock.advance(1);
    expect(done).toBe(true);
  });
});

describe('close()', () => {
  it('sends nothing more and leaves no timer', async () => {
    const { core, transport, track, clock } = queueBench({ autoFlushIntervalMs: 1_000, batchSize: 3 });
    track('v-1', 0, 1);
    expect(clock.timers).toBe(1);
    await core.close();
    track('v-1', 2, 3, 4);
    await core.flush();
    await clock.advance(3_600_000);
    expect([transport.sent.length, clock.timers]).toEqual([0, 0]);
  });

  it('ends a back-off and releases who waits for a flush', async () => {
    const { core, transport, track, clock } = queueBench();
    transport.answers = [500];
    track('v-1', 0);
    const flushed = core.flush();
    await settled();
    await core.close();
    await flushed;
    await clock.advance(3_600_000);
    expect([transport.sent.length, clock.timers]).toEqual([1, 0]);
  });

  it('during a request does not start another, whatever it is answered with', async () => {
    const { core, transport, track, clock } = queueBench({ batchSize: 1 });
    const first = later<number>();
    transport.answers = [first.answer, 200];
    track('v-1', 0);
    await core.close();
    first.give(500);
    await clock.advance(3_600_000);
    expect(transport.sent).toHaveLength(1);
  });

  it('leaves no listener on the process, nor does a queue that is empty', async () => {
    const listeners = () => process.listenerCount('beforeExit');
    const before = listeners();
    const { core, track } = queueBench();
    track('v-1', 0);
    expect(listeners()).toBe(before + 1);
    await core.flush();
    await settled();
    expect(listeners()).toBe(before);
    track('v-1', 1);
    await core.close();
    expect(listeners()).toBe(before);
  });

  it('delivers on an edge runtime whose process has functions that only throw', async () => {
    const unsupported = () => {
      throw new Error('A Node.js API is used which is not supported in the Edge Runtime.');
    };
    vi.stubGlobal('process', { env: {}, once: unsupported, removeListener: unsupported });
    onTestFinished(() => void vi.unstubAllGlobals());
    const { core, transport, track } = queueBench();
    track('v-1', 0);
    await core.flush();
    await core.close();
    expect(transport.sent).toHaveLength(1);
  });

  it('can be called again, and comes with `await using`', async () => {
    const { core } = queueBench();
    await Promise.all([core.close(), core.close(), core[Symbol.asyncDispose]()]);
    await core.close();
    expect(core.createContext('v-1').runExperiences()).toEqual([]);
  });
});

describe('handlers of queueReleased', () => {
  it('that throw or reject harm neither delivery nor each other', async () => {
    const { core, transport, released, logger, track } = queueBench();
    core.on('queueReleased', () => {
      throw new Error('handler');
    });
    core.on('queueReleased', (async () => {
      throw new Error('async handler');
    }) as never);
    const heard: unknown[] = [];
    core.on('queueReleased', (payload) => heard.push(payload));
    track('v-1', 0);
    await core.flush();
    await settled();
    expect([transport.sent.length, released.length, heard.length]).toEqual([1, 1, 1]);
    expect(logger.warnings).toEqual(Array(2).fill('A handler of "queueReleased" threw.'));
  });

  it('may track and flush', async () => {
    const { core, transport, track } = queueBench();
    let again = true;
    core.on('queueReleased', () => {
      if (again) track('v-2', 1);
      again = false;
      void core.flush();
    });
    track('v-1', 0);
    await core.flush();
    await settled();
    expect(transport.events.map(goalOf)).toEqual([0, 1]);
  });
});

it('tracking costs the same with many events queued', () => {
  const cost = (queued: number): number => {
    const { core } = queueBench({ maxQueueSize: 1_000_000 });
    for (let at = 0; at < queued; at++) core.createContext(`v-${at}`).trackConversion('g0');
    const started = performance.now();
    for (let at = 0; at < 2_000; at++) core.createContext(`w-${at}`).trackConversion('g0');
    return performance.now() - started;
  };
  cost(100);
  const [few, many] = [Math.min(cost(100), cost(100), cost(100)), Math.min(cost(20_000), cost(20_000))];
  expect(many).toBeLessThan(10 * few + 10);
});
