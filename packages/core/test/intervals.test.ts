/// <reference types="node" />
import { Core, type CoreOptions } from '@convert-fullstack/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MemoryLogger, MemoryTransport } from './support/ports.ts';
import { shop } from './support/project.ts';

/** How often Core asks for its config within 60 ms of real time. */
async function requestsWith(refresh: object): Promise<number> {
  const transport = new MemoryTransport();
  transport.configs = [{ status: 200, body: shop() }];
  const core = new Core({ sdkKey: 'k', transport, logger: new MemoryLogger(), refresh: { jitterMs: 0, ...refresh } });
  onTestFinished(() => core.close());
  await core.initialize();
  await pause(60);
  return transport.configRequests.length;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('an interval that timers cannot count does not become a busy loop', () => {
  it.each<[string, object]>([
    ['a month', { intervalMs: 30 * 86_400_000 }],
    ['Infinity', { intervalMs: Number.POSITIVE_INFINITY }],
    ['NaN', { intervalMs: Number('five minutes') }],
    ['undefined', { intervalMs: undefined }],
    ['undefined jitter', { jitterMs: undefined }],
    ['0', { intervalMs: 0 }],
    ['a negative number', { intervalMs: -5 }],
  ])('between refreshes: %s', async (_name, refresh) => {
    let requests: number;
    try {
      requests = await requestsWith(refresh);
    } catch (error) {
      // Refusing the option is as good.
      expect(error).toMatchObject({ code: 'options_invalid' });
      return;
    }
    expect(requests).toBe(1);
  });

  const core = (options: Partial<CoreOptions>) => {
    const transport = new MemoryTransport();
    const made = new Core({ data: shop(), transport, logger: new MemoryLogger(), ...options });
    onTestFinished(() => made.close());
    return { core: made, transport };
  };

  it('between flushes', async () => {
    const { core: flushing, transport } = core({ autoFlushIntervalMs: Number.POSITIVE_INFINITY });
    flushing.createContext('v').runExperiences();
    await pause(30);
    expect(transport.sent).toHaveLength(0);
  });

  it('between retries', async () => {
    const { core: retrying, transport } = core({ batchSize: 1, retry: { baseMs: undefined as never } });
    transport.answers = [500];
    retrying.createContext('v').trackConversion('purchase');
    await pause(60);
    expect(transport.sent.length).toBeLessThan(3);
  });

  it('as time limit of a request', async () => {
    const fetch = async (): Promise<Response> => {
      await pause(30);
      return new Response('{}');
    };
    const { core: waiting } = core({ transport: { fetch, timeoutMs: Number.POSITIVE_INFINITY } });
    const errors: unknown[] = [];
    waiting.on('queueReleased', (_payload, error) => errors.push(error));
    waiting.createContext('v').trackConversion('purchase');
    await waiting.flush();
    expect(errors).toEqual([undefined]);
  });
});
