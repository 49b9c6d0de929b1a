/// <reference types="node" />
import { Core, type CoreOptions } from '@convert-fullstack/core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Answer, drip, HttpHost, hang, json, ok, reset, resetMidBody, status } from './support/http-host.ts';
import { eventsOf, MemoryLogger } from './support/ports.ts';
import { project } from './support/project.ts';

vi.setConfig({ testTimeout: 20_000 });

const goals = Array.from({ length: 40 }, (_, at) => ({ id: `${at}`, key: `g${at}` }));

async function started(...script: Answer[]): Promise<HttpHost> {
  const host = await HttpHost.start(...script);
  onTestFinished(() => host[Symbol.asyncDispose]());
  return host;
}

function coreAt(host: HttpHost, options: Partial<CoreOptions> = {}): Core {
  const core = new Core({
    data: project({ goals }),
    // What is answered late on a busy machine would be sent again.
    transport: { trackUrl: host.url, timeoutMs: 1_000 },
    // `flush()` waits as long as `maxMs` for an answer.
    retry: { baseMs: 4, maxMs: 1_000, jitter: 0 },
    logger: new MemoryLogger(),
    batchSize: 3,
    autoFlushIntervalMs: 5,
    ...options,
  });
  onTestFinished(() => core.close());
  return core;
}

/** Every accepted event as `visitor:goal`, once it is quiet or `count` have come. */
async function accepted(host: HttpHost, count: number, ms = 8_000): Promise<string[]> {
  const read = () =>
    host.accepted
      .flatMap(eventsOf)
      .map(({ visitorId, event }) => `${visitorId}:${'goalId' in event.data && event.data.goalId}`);
  const end = Date.now() + ms;
  while (read().length < count && Date.now() < end) await pause(5);
  await pause(60); // long enough for a second delivery to show
  return read();
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const FAULTS: [string, Answer][] = [
  ['a reset connection', reset],
  ['a connection reset in the middle of an answer', resetMidBody],
  ['no answer at all', hang],
  ['301', status(301, { location: 'http://127.0.0.1:1/elsewhere' })],
  ['307', status(307, { location: '/elsewhere' })],
  ['408', status(408)],
  ['429', status(429)],
  ['429 with Retry-After', status(429, { 'retry-after': '0' })],
  ['500 with a page', status(500, { 'content-type': 'text/html' }, '<html>oops</html>')],
  ['503 with Retry-After in the past', status(503, { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' })],
];

describe('nothing is lost and nothing comes twice when the collector answers with', () => {
  it.each(FAULTS)('%s', async (_name, fault) => {
    const host = await started(fault, ok, fault, fault, ok);
    const core = coreAt(host);
    const context = core.createContext('v-1');
    for (let at = 0; at < 10; at++) {
      context.trackConversion(`g${at}`);
      await pause(3);
    }
    await core.flush();
    expect(await accepted(host, 10)).toEqual(Array.from({ length: 10 }, (_, at) => `v-1:${at}`));
  });

  it.each<[string, Answer]>([
    ['200', ok],
    ['204', status(204)],
    ['202 without a body', status(202)],
    ['200 with a page', status(200, { 'content-type': 'text/html' }, '<html>fine</html>')],
    ['200 with truncated JSON', status(200, { 'content-type': 'application/json' }, '{"code":2')],
    ['200 and a body that never ends', drip],
    [
      '200 and a connection that breaks in the body',
      (response, received) => {
        received.status = 200;
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{', () => response.socket?.resetAndDestroy());
      },
    ],
  ])('%s, which is a success', async (_name, answer) => {
    const host = await started(answer);
    const core = coreAt(host);
    for (let at = 0; at < 10; at++) core.createContext('v-1').trackConversion(`g${at}`);
    await core.flush();
    expect(await accepted(host, 10)).toEqual(Array.from({ length: 10 }, (_, at) => `v-1:${at}`));
    expect(new Set(host.received.map(({ status: answered }) => answered)).has(null)).toBe(false);
  });

  it('401 for one batch, which alone is given up', async () => {
    const host = await started(status(401, {}, '{"code":401}'), ok);
    const core = coreAt(host);
    const context = core.createContext('v-1');
    for (let at = 0; at < 3; at++) context.trackConversion(`g${at}`);
    await core.flush();
    for (let at = 3; at < 6; at++) context.trackConversion(`g${at}`);
    await core.flush();
    expect(await accepted(host, 3)).toEqual(['v-1:3', 'v-1:4', 'v-1:5']);
    expect(host.received).toHaveLength(2);
  });

  it('nothing, because it is away, and then comes back', async () => {
    const away = await HttpHost.start();
    const { port } = away;
    const core = coreAt(away);
    await away[Symbol.asyncDispose]();
    for (let at = 0; at < 10; at++) core.createContext(`v-${at}`).trackConversion('g0');
    await core.flush();
    const host = new HttpHost();
    await host.listen(port);
    onTestFinished(() => host[Symbol.asyncDispose]());
    expect(await accepted(host, 10)).toEqual(Array.from({ length: 10 }, (_, at) => `v-${at}:0`));
  });

  it('anything at all, in any order, while visitors come and go', async () => {
    const host = await started();
    const chaos = FAULTS.map(([, fault]) => fault);
    // A fixed sequence that looks like chance; two of three requests fail.
    host.script = Array.from({ length: 60 }, (_, at) =>
      at % 3 === 2 ? ok : (chaos[(at * 7) % chaos.length] ?? ok),
    ).concat(ok);
    const core = coreAt(host, { transport: { trackUrl: host.url, timeoutMs: 500 } });
    const expected: string[] = [];
    for (let goal = 0; goal < 20; goal++) {
      for (let visitor = 0; visitor < 5; visitor++) {
        core.createContext(`v-${visitor}`).trackConversion(`g${goal}`);
        expected.push(`v-${visitor}:${goal}`);
      }
      await pause(10);
    }
    const arrived = await accepted(host, 100, 10_000);
    expect([...arrived].sort()).toEqual([...expected].sort());
    for (let visitor = 0; visitor < 5; visitor++) {
      const own = (entry: string) => entry.startsWith(`v-${visitor}:`);
      expect(arrived.filter(own)).toEqual(expected.filter(own));
    }
  });
});

describe('the request', () => {
  it('is the wire object as JSON, posted by key or by project', async () => {
    const host = await started();
    const core = coreAt(host, { transport: { trackUrl: `${host.url}/v1/[project_id]/` }, source: 'my-app' });
    core.createContext('v-1', { country: 'DE' }).trackConversion('g0', { revenue: 1.5 });
    await core.flush();
    const [request] = host.received;
    expect([request?.method, request?.path]).toEqual(['POST', '/v1/2002/track/1001/2002']);
    expect(request?.headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'ConvertAgent/1.0' });
    expect(request?.headers.authorization).toBeUndefined();
    expect(request?.body).toEqual({
      accountId: '1001',
      projectId: '2002',
      enrichData: true,
      source: 'my-app',
      visitors: [
        {
          visitorId: 'v-1',
          segments: { country: 'DE' },
          events: [{ eventType: 'conversion', data: { goalId: '0', goalData: [{ key: 'amount', value: 1.5 }] } }],
        },
      ],
    });
  });

  it('names the key and keeps the secret', async () => {
    const host = await started(json(project({ goals })), ok);
    const core = new Core({
      sdkKey: 'a key/1',
      sdkKeySecret: 'the-secret',
      debugToken: 'the-token',
      transport: { configUrl: host.url, trackUrl: host.url },
      refresh: false,
    });
    onTestFinished(() => core.close());
    await core.initialize();
    core.createContext('v-1').trackConversion('g0');
    await core.flush();
    const [config, tracking] = host.received;
    expect(config?.headers.authorization).toBe('Bearer the-secret');
    expect(tracking?.path).toBe('/track/a%20key%2F1');
    expect(JSON.stringify([tracking?.headers, tracking?.text, [...(tracking?.query ?? [])]])).not.toMatch(
      /the-secret|the-token/,
    );
  });

  it('carries configured headers, which replace the default ones whatever their case', async () => {
    const host = await started();
    const headers = { 'X-Route': 'eu', 'User-Agent': 'Shop/1.0' };
    const core = coreAt(host, { transport: { trackUrl: host.url, headers } });
    core.createContext('v-1').trackConversion('g0');
    await core.flush();
    expect(host.received[0]?.headers).toMatchObject({ 'x-route': 'eu', 'user-agent': 'Shop/1.0' });
  });

  it('is sent by the configured fetch, else by the one that is global at that time', async () => {
    const host = await started();
    const urls: string[] = [];
    const fetch: typeof globalThis.fetch = (input, init) => {
      urls.push(String(input));
      return globalThis.fetch(input, init);
    };
    const configured = coreAt(host, { transport: { trackUrl: host.url, fetch } });
    configured.createContext('v-1').trackConversion('g0');
    await configured.flush();
    const original = globalThis.fetch;
    const late = coreAt(host);
    onTestFinished(() => {
      globalThis.fetch = original;
    });
    globalThis.fetch = (input, init) => {
      urls.push('replaced');
      return original(input, init);
    };
    late.createContext('v-1').trackConversion('g0');
    await late.flush();
    expect(urls).toEqual([`${host.url}/track/1001/2002`, 'replaced']);
  });

  it('that was accepted is not repeated when reading the answer fails', async () => {
    let sent = 0;
    const broken = () => new ReadableStream({ start: (controller) => controller.error(new Error('reset')) });
    const fetch = async (): Promise<Response> => {
      sent++;
      return new Response(broken(), { status: 200 });
    };
    const host = await started();
    const core = coreAt(host, { transport: { trackUrl: host.url, fetch }, autoFlushIntervalMs: 1 });
    core.createContext('v-1').trackConversion('g0');
    await core.flush();
    await pause(50);
    expect(sent).toBe(1);
  });
});
