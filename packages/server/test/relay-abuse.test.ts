import { request as httpRequest } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Core } from '@convert-fullstack/core';
import { RELAY_MAX_BYTES } from '@convert-fullstack/core/bridge';
import {
  type MemoryTransport,
  memoryTransport,
  type RecordingLogger,
  recordingLogger,
} from '@convert-fullstack/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRateLimit } from '../src/rate-limit.ts';
import { createTakenBatches } from '../src/relay/taken-batches.ts';
import { createRelay } from '../src/relay.ts';
import { BOUGHT, browserWith, CHROME, cookiesOf, outcome, SHOWN } from './relay-requests.ts';
import { startRelayServer } from './relay-server.ts';
import { HERO, sampleCore } from './sample-project.ts';

let transport: MemoryTransport;
let logger: RecordingLogger;
let core: Core;

beforeEach(() => {
  transport = memoryTransport();
  logger = recordingLogger();
  core = sampleCore({ transport, logger, logLevel: 'debug' });
});
afterEach(() => core.close());

async function counted(): Promise<string[]> {
  await core.flush();
  return transport.events.map(({ visitorId, eventType }) => `${visitorId} ${eventType}`);
}

describe('a forged origin', () => {
  it.each([
    ['Origin of another site', { origin: 'https://evil.example' }],
    ['Origin that begins like this site', { origin: 'https://shop.example.evil.example' }],
    ['Origin with a user in it', { origin: 'https://shop.example@evil.example' }],
    ['Origin that is opaque', { origin: 'null' }],
    ['Origin that is no URL', { origin: 'shop.example' }],
    ['Sec-Fetch-Site: cross-site behind the right Origin', { 'sec-fetch-site': 'cross-site' }],
    ['Sec-Fetch-Site: same-site', { 'sec-fetch-site': 'same-site' }],
    ['Sec-Fetch-Site: none', { 'sec-fetch-site': 'none' }],
  ])('changes nothing: %s', async (_what, headers) => {
    const { sendEvents, choose } = browserWith(core);
    for (const answer of [await sendEvents([SHOWN, BOUGHT], headers), await choose({ consent: 'denied' }, headers)]) {
      expect(answer.headers.getSetCookie()).toEqual([]);
      expect(await outcome(answer)).toEqual([403, { error: 'cross_origin' }]);
    }
    expect(await counted()).toEqual([]);
  });
});

describe('a body', () => {
  it('of 100,000 nested lists is refused, and one below the size limit harms nobody', async () => {
    const { send, sendEvents } = browserWith(core);
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect((await send(nested(100_000))).status).toBe(413);
    expect(await outcome(await send(nested(30_000)))).toEqual([400, { error: 'batch_invalid' }]);
    const inside = await send(`{"events":[${nested(30_000)},${JSON.stringify(SHOWN)}]}`);
    expect(await outcome(inside)).toEqual([202, { accepted: 1, rejected: [{ index: 0, reason: 'event_invalid' }] }]);
    const objects = `${'{"events":'.repeat(5_000)}1${'}'.repeat(5_000)}`;
    expect((await send(objects)).status).toBe(400);
    expect((await sendEvents([BOUGHT])).status).toBe(202);
  });

  it('that never ends is refused on a real connection, while it is still being sent', async () => {
    await using server = await startRelayServer(createRelay({ core }));
    const headers = { 'content-type': 'application/json', cookie: 'cv_vid=visitor-1', 'user-agent': CHROME };
    let sent = 0;
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const request = httpRequest(`${server.origin}/api/convert/events`, { method: 'POST', headers });
      const more = (): void => {
        if (request.destroyed) return;
        sent += 16_384;
        request.write(Buffer.alloc(16_384, ' '), () => setTimeout(more, 1));
      };
      request.on('response', (response) => {
        resolve(response.statusCode);
        request.destroy();
      });
      request.on('error', reject);
      more();
    });
    expect(status).toBe(413);
    expect(sent).toBeGreaterThan(RELAY_MAX_BYTES);
    const next = await fetch(`${server.origin}/api/convert/events`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ events: [BOUGHT] }),
    });
    expect(next.status).toBe(202);
  });

  it('that says it is short is counted all the same', async () => {
    const long = JSON.stringify({ events: [], note: 'x'.repeat(RELAY_MAX_BYTES) });
    const { send } = browserWith(core);
    for (const length of ['2', '-1', 'many', ''])
      expect((await send(long, { 'content-length': length })).status).toBe(413);
  });
});

describe('ids that nobody has given out', () => {
  it('are not tracked, and are not told from those that exist elsewhere', async () => {
    const { sendEvents } = browserWith(core);
    const strangers = ['1', '999999999999', HERO.key, '__proto__', 'constructor', 'toString'];
    const answer = await sendEvents([
      ...strangers.map((id) => ({ type: 'exposure', experienceId: id, variationId: id })),
      ...strangers.map((id) => ({ type: 'exposure', experienceId: HERO.id, variationId: id })),
      ...strangers.map((goalKey) => ({ type: 'conversion', goalKey })),
      { type: 'conversion', goalKey: '300985003' },
    ]);
    const { rejected } = (await answer.json()) as { rejected: { reason: string }[] };
    expect(rejected).toHaveLength(19);
    expect(new Set(rejected.map(({ reason }) => reason))).toEqual(new Set(['assignment_unknown', 'goal_not_found']));
    expect(await counted()).toEqual([]);
  });
});

describe('a recorded request', () => {
  it('counts once, however often it is replayed and whatever else is sent between', async () => {
    const { send } = browserWith(core);
    const recorded = { id: 'recorded01', events: [SHOWN, { ...BOUGHT, forceMultiple: true, revenue: 100 }] };
    for (let i = 0; i < 50; i++) {
      await send(recorded);
      await send({ id: `between${i}x`, events: [SHOWN] });
    }
    expect(await counted()).toEqual(['visitor-1 bucketing', 'visitor-1 conversion']);
  });

  it('counts for nobody else whose cookie it is replayed with', async () => {
    const { send } = browserWith(core);
    const recorded = { id: 'recorded01', visitor: 'visitor-1', events: [SHOWN, BOUGHT] };
    await send(recorded);
    await send(recorded, { cookie: 'cv_vid=thief' });
    expect(await counted()).toEqual(['visitor-1 bucketing', 'visitor-1 conversion']);
  });
});

it('a stranger who knows of a batch cannot use it up', async () => {
  const { send } = browserWith(core);
  const batch = { id: 'recorded01', visitor: 'visitor-1', events: [SHOWN, BOUGHT] };
  await send(batch, { cookie: 'cv_vid=thief' });
  await send(batch);
  expect(await counted()).toEqual(['thief conversion', 'visitor-1 bucketing', 'visitor-1 conversion']);
});

describe('another visitor’s id', () => {
  it('in the body moves nothing to them', async () => {
    const { send, choose } = browserWith(core);
    const victim = { visitorId: 'victim', visitor: 'victim', visitorRef: 'victim', cookie: 'cv_vid=victim' };
    await send({ ...victim, events: [{ ...BOUGHT, ...victim }] });
    const kept = await choose({ consent: 'granted', ...victim });
    expect([await outcome(kept.clone()), cookiesOf(kept)]).toEqual([[200, { visitorId: 'visitor-1' }], {}]);
    expect(await counted()).toEqual(['visitor-1 conversion']);
  });
});

describe('what is logged', () => {
  it('names no visitor, no key and nothing that was sent', async () => {
    const { send, sendEvents, choose } = browserWith(core);
    await sendEvents([SHOWN, { ...BOUGHT, conversionData: { hostile: 'hostile-text' } }, { type: 'hostile-text' }]);
    await send('hostile-text');
    await choose({ consent: 'hostile-text' });
    await sendEvents([SHOWN], { origin: 'https://hostile-text.example' });
    transport.answer(500);
    await sendEvents([{ ...BOUGHT, forceMultiple: true, revenue: 7 }]);
    await Promise.race([core.flush(), new Promise((resolve) => setTimeout(resolve, 50))]);
    expect(JSON.stringify(logger.records)).not.toMatch(/visitor-1|hostile-text|30098000|3009/);
    expect(logger.records).not.toEqual([]);
  });
});

describe('a flood', () => {
  it('by one visitor is refused from the limit on, and costs no other visitor an event', async () => {
    const { sendEvents } = browserWith(core, { requestsPerMinute: 300 });
    const flood = { passed: 0, refused: 0 };
    const others: number[] = [];
    for (let i = 0; i < 1_000; i++) {
      const answer = await sendEvents([{ ...BOUGHT, forceMultiple: true, revenue: 1 }], { cookie: 'cv_vid=flood' });
      if (answer.status === 202) flood.passed++;
      else flood.refused++;
      if (answer.status !== 202) {
        expect(await outcome(answer.clone())).toEqual([429, { error: 'rate_limited' }]);
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      }
      if (i % 20 === 0) others.push((await sendEvents([BOUGHT], { cookie: `cv_vid=other-${i}` })).status);
    }
    // The bucket, and what was refilled while the test ran.
    expect(flood.passed).toBeGreaterThanOrEqual(300);
    expect(flood.passed).toBeLessThan(600);
    expect(flood.passed + flood.refused).toBe(1_000);
    expect(others).toEqual(Array(50).fill(202));
    const counts = (await counted()).filter((event) => event.startsWith('other-'));
    expect(counts).toHaveLength(50);
  });

  it('of full batches weighs by what is in them: no visitor fills the queue that all share', async () => {
    const { sendEvents } = browserWith(core);
    const batch = Array.from({ length: 500 }, () => ({ ...BOUGHT, forceMultiple: true, revenue: 1 }));
    const statuses: number[] = [];
    for (let i = 0; i < 60; i++) statuses.push((await sendEvents(batch, { cookie: 'cv_vid=flood' })).status);
    const taken = statuses.filter((status) => status === 202).length;
    expect(taken).toBeGreaterThan(2);
    expect(taken).toBeLessThan(12);
    expect(statuses.filter((status) => status === 429)).toHaveLength(60 - taken);
    // What a browser sends after a long time without network is no flood.
    const late = await sendEvents(batch.slice(0, 100), { cookie: 'cv_vid=other' });
    expect(await outcome(late)).toEqual([202, { accepted: 100, rejected: [] }]);
  });

  it('of one visitor’s requests reads no body beyond the limit', async () => {
    const { send } = browserWith(core, { requestsPerMinute: 1 });
    await send({ events: [] });
    let pulled = 0;
    const body = new ReadableStream(
      {
        pull(controller) {
          pulled++;
          controller.enqueue(new Uint8Array(1));
        },
      },
      { highWaterMark: 0 },
    );
    expect((await send(body)).status).toBe(429);
    expect(pulled).toBe(0);
  });

  it('of 200,000 made-up visitors leaves the memory flat and everybody served', async () => {
    setFlagsFromString('--expose_gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const used = (): number => {
      collectGarbage();
      return process.memoryUsage().heapUsed / 1_048_576;
    };
    const limit = createRateLimit(300);
    const batches = createTakenBatches();
    const pass = async (from: number, to: number) => {
      for (let at = from; at < to; at++) {
        const visitorId = `flood-${at}-${'x'.repeat(100)}`;
        if (limit.take(visitorId) > 0) throw new Error('a new visitor was refused');
        await batches.once({ visitorRef: visitorId, batchId: 'batch00001' }, async () => ({ visitorId }));
      }
    };
    await pass(0, 40_000);
    const full = used();
    await pass(40_000, 200_000);
    expect(used() - full).toBeLessThan(4);
  });
});
