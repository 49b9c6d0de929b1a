/// <reference types="node" />
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BuiltPackage, type Finished } from './support/built-package.ts';
import { type Answer, HttpHost, hang, json, ok, status } from './support/http-host.ts';
import { eventsOf } from './support/ports.ts';
import { project, shop } from './support/project.ts';

let built: BuiltPackage;
beforeAll(async () => {
  built = await BuiltPackage.create();
});
afterAll(() => built[Symbol.asyncDispose]());

interface Run extends Finished {
  readonly host: HttpHost;
  readonly delivered: number;
}

/** Runs a script with `core` (embedded config) in a process of its own against a collector that answers as scripted. */
async function run(body: string, ...script: Answer[]): Promise<Run> {
  const host = await HttpHost.start(...script);
  const finished = await built.run(`
    import { Core } from '@convert-fullstack/core';
    const data = ${JSON.stringify(shop())};
    const url = ${JSON.stringify(host.url)};
    const transport = { configUrl: url, trackUrl: url };
    const retry = { baseMs: 10, maxMs: 5_000, jitter: 0 };
    const shortRetry = { ...retry, maxMs: 400 };
    ${body}`);
  await host[Symbol.asyncDispose]();
  return { ...finished, host, delivered: host.accepted.flatMap(eventsOf).length };
}

const trackWith = (retry: string): string => `
  const core = new Core({ data, transport, retry: ${retry}, autoFlushIntervalMs: 60_000 });
  core.on('queueReleased', ({ reason }) => console.log(reason));
  core.createContext('v-1').runExperiences();
  core.createContext('v-2').trackConversion('purchase');`;
const track = trackWith('retry');

describe.concurrent('a script that just ends', { timeout: 20_000 }, () => {
  it('still delivers', async () => {
    const { code, delivered, stdout, stderr } = await run(track);
    expect({ code, delivered, stdout, stderr }).toEqual({ code: 0, delivered: 3, stdout: 'exit\n', stderr: '' });
  });

  it('still delivers what fails at first', async () => {
    const { code, delivered, host } = await run(track, status(500), status(503), ok);
    expect({ code, delivered, requests: host.received.length }).toEqual({ code: 0, delivered: 3, requests: 3 });
  });

  it('delivers a conversion whose config nobody has loaded before', async () => {
    const { code, delivered, stderr } = await run(
      `const core = new Core({ sdkKey: 'key-1', transport, retry });
       core.createContext('v-1').trackConversion('purchase');`,
      json(shop()),
      ok,
    );
    expect({ code, delivered, stderr }).toEqual({ code: 0, delivered: 1, stderr: '' });
  });

  it('delivers what was kept on hold until its last moment', async () => {
    const { code, delivered } = await run(
      `const core = new Core({ data, transport, retry, tracking: 'hold' });
       core.createContext('v-1').runExperiences();
       core.setTracking('on');`,
      status(500),
      ok,
    );
    expect({ code, delivered }).toEqual({ code: 0, delivered: 2 });
  });

  it('does not deliver what consent is still missing for', async () => {
    const { code, delivered, host } = await run(
      `const core = new Core({ data, transport, retry, tracking: 'hold' });
       core.createContext('v-1').runExperiences();`,
    );
    expect({ code, delivered, requests: host.received.length }).toEqual({ code: 0, delivered: 0, requests: 0 });
  });

  it('sends nothing after close()', async () => {
    const { code, host, ms } = await run(`${track} await core.close();`);
    expect({ code, requests: host.received.length }).toEqual({ code: 0, requests: 0 });
    expect(ms).toBeLessThan(10_000);
  });

  it('exits by itself when the collector fails for ever', async () => {
    const { code, ms } = await run(trackWith('shortRetry'), status(500));
    expect(code).toBe(0);
    expect(ms).toBeLessThan(10_000);
  });

  it('exits by itself when nobody listens', async () => {
    const { code, ms } = await run(
      `const core = new Core({ data, retry: shortRetry, logLevel: 'silent', transport: { trackUrl: 'http://127.0.0.1:1' } });
       core.createContext('v-1').runExperiences();`,
    );
    expect(code).toBe(0);
    expect(ms).toBeLessThan(10_000);
  });

  it('exits by itself when the collector asks to come back in an hour', async () => {
    const { code, ms } = await run(trackWith('shortRetry'), status(429, { 'retry-after': '3600' }));
    expect(code).toBe(0);
    expect(ms).toBeLessThan(10_000);
  });

  it('exits by itself although it polls, flushes by time and has a store', async () => {
    const { code, ms, delivered } = await run(
      `const store = new Map();
       const dataStore = { get: async (key) => store.get(key), set: async (key, record) => void store.set(key, record) };
       const core = new Core({ sdkKey: 'k', transport, retry, dataStore, autoFlushIntervalMs: 60_000 });
       await core.initialize();
       (await core.loadContext('v-1')).runExperiences();`,
      json(shop()),
      ok,
    );
    expect({ code, delivered: delivered > 0 }).toEqual({ code: 0, delivered: true });
    expect(ms).toBeLessThan(10_000);
  });

  it('still delivers what a store keeps waiting that does not say who is first', async () => {
    const { code, ms, delivered } = await run(
      `const dataStore = { get: () => null, set: () => {}, add: () => new Promise(() => {}) };
       const core = new Core({ data, transport, retry, dataStore, logLevel: 'silent' });
       core.createContext('v-1').runExperiences();`,
    );
    expect({ code, delivered }).toEqual({ code: 0, delivered: 2 });
    expect(ms).toBeLessThan(10_000);
  });

  it('exits by itself when it closed Core while the config host hangs', async () => {
    const { code, ms } = await run(
      `const core = new Core({ sdkKey: 'k', transport: { ...transport, timeoutMs: 60_000 }, logLevel: 'silent' });
       void core.initialize();
       await new Promise((resolve) => setTimeout(resolve, 100));
       await core.close();`,
      hang,
    );
    expect(code).toBe(0);
    expect(ms).toBeLessThan(10_000);
  });
});

describe.concurrent('importing the package', { timeout: 20_000 }, () => {
  it('starts nothing: no timer, no request, no listener, no global', async () => {
    const { code, stdout, stderr } = await built.run(`
      const used = [];
      for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch']) {
        const original = globalThis[name];
        globalThis[name] = (...args) => { used.push(name); return original(...args); };
      }
      const before = Object.getOwnPropertyNames(globalThis).length;
      const core = await import('@convert-fullstack/core');
      const bridge = await import('@convert-fullstack/core/bridge');
      const listeners = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
      new core.Core({ data: ${JSON.stringify(project())} });
      console.log(JSON.stringify({
        used: used.filter((name) => name !== 'queueMicrotask'),
        globals: Object.getOwnPropertyNames(globalThis).length - before,
        handles: process.getActiveResourcesInfo().filter((name) => !/Pipe|TTY|FSReq|Filehandle|CloseReq/i.test(name)),
        listeners: listeners - process.listenerCount('newListener'),
        same: core.ConvertError === bridge.ConvertError,
      }));`);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ used: [], globals: 0, handles: [], same: true });
  });

  it('works where there is no process, no timer that can be unreferenced and no console', async () => {
    const { code, stdout, stderr } = await built.run(`
      const write = process.stdout.write.bind(process.stdout);
      delete globalThis.process;
      delete globalThis.console;
      const { Core } = await import('@convert-fullstack/core');
      const core = new Core({ data: ${JSON.stringify(shop())}, tracking: 'hold' });
      write(String(core.createContext('v-1').runExperiences().length));`);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '2', stderr: '' });
  });
});
