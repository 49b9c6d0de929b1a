import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { describe, expect } from 'vitest';
import { it } from './support/it.ts';
import { arrival, aWhile, comesBack, converted, orderOf } from './support/orders.ts';

describe.concurrent('Express', () => {
  it('delivers while it serves', async ({ emulator, startShop }) => {
    const { place } = await startShop('express.mjs');
    await place('visitor-1');
    await arrival(emulator, 'visitor-1');
  });

  it('delivers the last events when it is asked to stop, and ends by itself', async ({ emulator, startShop }) => {
    const { place, signal, ended } = await startShop('express.mjs');
    await place('visitor-1');
    signal('SIGTERM');
    expect(await ended).toBe(0);
    expect(converted(emulator)).toEqual(['visitor-1']);
  });

  it('counts the requests that it still answers while it stops', async ({ emulator, startShop }) => {
    const { port, signal, ended } = await startShop('express.mjs');
    const headers = { 'content-type': 'application/json', connection: 'close' };
    const order = request({ port, path: '/orders', method: 'POST', headers });
    const answered = once(order, 'response');
    const body = JSON.stringify(orderOf('visitor-1'));
    order.write(body.slice(0, 10));
    await aWhile();
    signal('SIGTERM');
    await aWhile();
    order.end(body.slice(10));
    const [response]: IncomingMessage[] = await answered;
    expect(response && [response.statusCode, await json(response)]).toEqual([201, { status: 'queued' }]);
    expect(await ended).toBe(0);
    expect(converted(emulator)).toEqual(['visitor-1']);
  });

  it('waits with its end for a Convert that is away', async ({ emulator, startShop }) => {
    emulator.setFaults({ track: 'error' });
    const { place, signal, ended } = await startShop('express.mjs');
    await place('visitor-1');
    signal('SIGTERM');
    await aWhile();
    emulator.setFaults({ track: 'ok' });
    expect(await ended).toBe(0);
    expect(converted(emulator)).toEqual(['visitor-1']);
  });

  it('loses what is not delivered yet when it crashes', async ({ emulator, startShop }) => {
    const { place, signal, ended } = await startShop('express.mjs');
    await place('visitor-1');
    await arrival(emulator, 'visitor-1');
    emulator.setFaults({ track: 'error' });
    await place('visitor-2');
    signal('SIGKILL');
    expect(await ended).toBe('SIGKILL');
    await comesBack(emulator);
    expect(converted(emulator)).toEqual(['visitor-1']);
  });

  it('would keep its events to itself without an interval', async ({ emulator, startShop }) => {
    const changed = { file: 'express.mjs', from: '{ autoFlushIntervalMs: 1_000 }', to: '' };
    const { place } = await startShop('express.mjs', { changed });
    await place('visitor-1');
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(converted(emulator)).toEqual([]);
  });

  it.for<[mistake: string, from: string, to: string]>([
    ['did not listen to SIGTERM', "process.once('SIGTERM'", "process.once('SIGUSR2'"],
    ['only closed', 'await core.flush();', ''],
    ['exited at once', 'await core.flush();', 'process.exit();'],
  ])('would lose the last events if it %s', async ([, from, to], { emulator, startShop }) => {
    emulator.setFaults({ track: 'error' });
    const { place, signal, ended } = await startShop('express.mjs', { changed: { file: 'express.mjs', from, to } });
    await place('visitor-1');
    signal('SIGTERM');
    await ended;
    await comesBack(emulator);
    expect(converted(emulator)).toEqual([]);
  });
});
