import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { describe, expect } from 'vitest';
import { it } from './support/it.ts';
import { arrival, aWhile, comesBack, converted, orderOf } from './support/orders.ts';

const SERVER = 'test/support/next-server.mjs';

describe.concurrent('Next.js on a Node.js server', () => {
  it('delivers after each answer', async ({ emulator, startShop }) => {
    const { place } = await startShop(SERVER);
    await place('visitor-1');
    await arrival(emulator, 'visitor-1');
  });

  it('delivers everything before it ends when it is asked to stop', async ({ emulator, startShop }) => {
    const { place, signal, ended } = await startShop(SERVER);
    emulator.setFaults({ track: 'error' });
    await place('visitor-1');
    await place('visitor-2');
    signal('SIGTERM');
    await aWhile();
    emulator.setFaults({ track: 'ok' });
    expect(await ended).toBe(143);
    expect(converted(emulator)).toEqual(['visitor-1', 'visitor-2']);
  });

  it('goes on to serve and to count on a connection that is kept alive', async ({ emulator, startShop }) => {
    const { port, signal, ended } = await startShop(SERVER);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const order = async (visitorId: string, beforeItIsSent = async () => {}) => {
      const placing = request({ port, agent, path: '/orders', method: 'POST' });
      const answered = once(placing, 'response');
      placing.flushHeaders();
      await beforeItIsSent();
      placing.end(JSON.stringify(orderOf(visitorId)));
      const [response]: IncomingMessage[] = await answered;
      return response && json(response);
    };
    const stop = async () => {
      await aWhile();
      signal('SIGTERM');
      await aWhile();
    };
    expect(await order('visitor-1', stop)).toEqual({ status: 'queued' });
    expect(await order('visitor-2')).toEqual({ status: 'queued' });
    agent.destroy();
    expect(await ended).toBe(143);
    expect(converted(emulator)).toEqual(['visitor-1', 'visitor-2']);
  });

  it('loses what is still under way when it is killed', async ({ emulator, startShop }) => {
    const { place, signal, ended } = await startShop(SERVER);
    emulator.setFaults({ track: 'error' });
    await place('visitor-1');
    signal('SIGKILL');
    expect(await ended).toBe('SIGKILL');
    await comesBack(emulator);
    expect(converted(emulator)).toEqual([]);
  });
});

describe.concurrent('Next.js on serverless functions', () => {
  const queued = { status: 201, body: { status: 'queued' } };

  it('answers first, and has delivered when after() is over', async ({ emulator, startFunction }) => {
    const instance = startFunction('next');
    emulator.setFaults({ track: 'error' });
    expect(await instance.answer(orderOf('visitor-1'))).toEqual(queued);
    emulator.setFaults({ track: 'ok' });
    await instance.settled();
    instance.freeze();
    expect(converted(emulator)).toEqual(['visitor-1']);
    await instance.discard();
  });

  it('counts once when it is frozen and called again', async ({ emulator, startFunction }) => {
    const instance = startFunction('next');
    for (const visitorId of ['visitor-1', 'visitor-2']) {
      instance.thaw();
      expect(await instance.answer(orderOf(visitorId))).toEqual(queued);
      await instance.settled();
      instance.freeze();
      await aWhile();
    }
    await instance.discard();
    expect(converted(emulator)).toEqual(['visitor-1', 'visitor-2']);
  });

  it('would lose its events on a platform that does not wait for after()', async ({ emulator, startFunction }) => {
    emulator.setFaults({ track: 'error' });
    const instance = startFunction('next');
    expect(await instance.answer(orderOf('visitor-1'))).toEqual(queued);
    instance.freeze();
    await comesBack(emulator);
    await instance.discard();
    expect(converted(emulator)).toEqual([]);
  });
});
