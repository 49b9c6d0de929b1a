/// <reference types="node" />
import { Core, type CoreOptions } from '@convert-fullstack/core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Answer, HttpHost, hang, json, reset, status } from './support/http-host.ts';
import { MemoryLogger } from './support/ports.ts';
import { experience, project } from './support/project.ts';

const config = (experiences: number) =>
  project({ experiences: Array.from({ length: experiences }, (_, at) => experience(`${at + 1}`, `e${at}`)) });

vi.setConfig({ testTimeout: 20_000 });

async function started(...script: Answer[]): Promise<HttpHost> {
  const host = await HttpHost.start(...script);
  onTestFinished(() => host[Symbol.asyncDispose]());
  return host;
}

function coreAt(host: HttpHost, options: Partial<CoreOptions> = {}): Core {
  const core = new Core({
    sdkKey: 'key-1',
    transport: { configUrl: host.url, trackUrl: host.url, timeoutMs: 250 },
    refresh: { intervalMs: 20, jitterMs: 0, backoffMaxMs: 30 },
    logger: new MemoryLogger(),
    ...options,
  });
  onTestFinished(() => core.close());
  return core;
}

async function until(isTrue: () => boolean): Promise<void> {
  for (const end = Date.now() + 8_000; !isTrue() && Date.now() < end; )
    await new Promise((resolve) => setTimeout(resolve, 5));
  expect(isTrue()).toBe(true);
}

const FAULTS: [string, Answer][] = [
  ['a reset connection', reset],
  ['no answer at all', hang],
  ['204', status(204)],
  ['404', status(404, {}, 'nothing here')],
  ['401', status(401, {}, '{"code":401}')],
  ['500', status(500, {}, 'oops')],
  ['a page with status 200', status(200, { 'content-type': 'text/html' }, '<!doctype html><p>maintenance')],
  ['truncated JSON', status(200, { 'content-type': 'application/json' }, JSON.stringify(config(3)).slice(0, -10))],
  ['an empty body', status(200, { 'content-type': 'application/json' }, '')],
  ['null', json(null)],
  ['an error body', json({ error: { code: 404 } })],
  [
    'a connection that breaks in the body',
    (response) => {
      response.writeHead(200, { 'content-length': '10000' });
      response.write('{"account_id"', () => response.socket?.resetAndDestroy());
    },
  ],
  [
    'a body that never ends',
    (response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write(' '), 10);
      response.once('close', () => clearInterval(timer));
    },
  ],
];

it.each(FAULTS)('the last good config survives %s and polling goes on', async (name, fault) => {
  const host = await started(json(config(1)), fault, fault, json(config(2)));
  const core = coreAt(host);
  await core.initialize();
  // A refused key is asked for again after a minute only.
  await until(() => host.received.length > 1);
  if (name === '401') {
    await core.refreshNow();
    await core.refreshNow();
    await core.refreshNow();
  }
  expect(core.isReady).toBe(true);
  await until(() => core.currentConfig?.entityCounts.experience === 2);
});

it.each(FAULTS)('a start with %s leaves Core without a config and without an error', async (_name, fault) => {
  const host = await started(fault, json(config(1)));
  const core = coreAt(host);
  await core.initialize();
  expect(core.isReady).toBe(false);
  expect(core.createContext('visitor-1').runExperiences()).toEqual([]);
  await core.refreshNow();
  expect(core.isReady).toBe(true);
});

describe('the secret', () => {
  it('does not follow a redirect to another host', async () => {
    const other = await started(json(config(1)));
    const host = await started(status(302, { location: `http://localhost:${other.port}/elsewhere` }));
    const core = coreAt(host, { sdkKeySecret: 'the-secret', refresh: false });
    await core.initialize();
    expect(host.received[0]?.headers.authorization).toBe('Bearer the-secret');
    for (const { headers } of other.received) expect(headers.authorization).toBeUndefined();
  });
});

it('304 with a real host keeps the config', async () => {
  const host = await started(json(config(1), { etag: '"v1"' }), status(304, { etag: '"v1"' }));
  const core = coreAt(host);
  const heard: string[] = [];
  core.on('configUpdated', () => heard.push('updated'));
  await core.initialize();
  await until(() => host.received.length >= 3);
  expect(host.received[1]?.headers['if-none-match']).toBe('"v1"');
  expect([core.isReady, heard]).toEqual([true, ['updated']]);
});
