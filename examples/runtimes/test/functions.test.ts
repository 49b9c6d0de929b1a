import { describe, expect } from 'vitest';
import { it } from './support/it.ts';
import { aWhile, comesBack, converted, orderOf } from './support/orders.ts';

const queued = { status: 201, body: { status: 'queued' } };

describe.concurrent('Serverless function', () => {
  it('has delivered when it answers', async ({ emulator, startFunction }) => {
    const instance = startFunction('lambda');
    expect(await instance.answer(orderOf('visitor-1'))).toEqual(queued);
    instance.freeze();
    expect(converted(emulator)).toEqual(['visitor-1']);
    await instance.discard();
    expect(converted(emulator)).toEqual(['visitor-1']);
  });

  it('counts once when it is frozen and called again', async ({ emulator, startFunction }) => {
    const instance = startFunction('lambda');
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

  it('answers although Convert is away, and delivers with the next call', async ({ emulator, startFunction }) => {
    emulator.setFaults({ track: 'error' });
    const instance = startFunction('lambda');
    expect(await instance.answer(orderOf('visitor-1'))).toEqual(queued);
    await instance.settled();
    instance.freeze();
    expect(converted(emulator)).toEqual([]);
    emulator.setFaults({ track: 'ok' });
    instance.thaw();
    expect(await instance.answer(orderOf('visitor-2'))).toEqual(queued);
    instance.freeze();
    expect(converted(emulator)).toEqual(['visitor-1', 'visitor-2']);
  });

  it.for<[mistake: string, to: string]>([
    ['without flush()', ''],
    ['with a flush() that it does not wait for', 'setTimeout(() => core.flush());'],
  ])('would lose its events %s', async ([, to], { emulator, startFunction }) => {
    const changed = { file: 'lambda.mjs', from: 'await core.flush();', to };
    const instance = startFunction('lambda', { changed });
    emulator.setFaults({ track: 'error' });
    expect(await instance.answer(orderOf('visitor-1'))).toEqual(queued);
    instance.freeze();
    await comesBack(emulator);
    await instance.discard();
    expect(converted(emulator)).toEqual([]);
  });
});

describe.concurrent('Edge function', () => {
  it('has delivered when what it handed to waitUntil is over', async ({ emulator, startFunction }) => {
    const instance = startFunction('edge');
    for (const visitorId of ['visitor-1', 'visitor-2']) {
      expect(await instance.answer(orderOf(visitorId))).toEqual(queued);
      await instance.settled();
    }
    await instance.discard();
    expect(converted(emulator)).toEqual(['visitor-1', 'visitor-2']);
  });

  it('answers before it delivers', async ({ emulator, startFunction }) => {
    emulator.setFaults({ track: 'error' });
    const instance = startFunction('edge');
    expect(await instance.answer(orderOf('visitor-1'))).toEqual(queued);
    emulator.setFaults({ track: 'ok' });
    await instance.settled();
    await instance.discard();
    expect(converted(emulator)).toEqual(['visitor-1']);
  });

  it.for<[mistake: string, to: string]>([
    ['without flush()', ''],
    ['with a flush() that nobody knows of', 'core.flush();'],
  ])('would lose its events %s', async ([, to], { emulator, startFunction }) => {
    const changed = { file: 'edge.mjs', from: 'context.waitUntil(core.flush());', to };
    const instance = startFunction('edge', { changed });
    emulator.setFaults({ track: 'error' });
    expect(await instance.answer(orderOf('visitor-1'))).toEqual(queued);
    await instance.settled();
    await instance.discard();
    await comesBack(emulator);
    expect(converted(emulator)).toEqual([]);
  });
});
