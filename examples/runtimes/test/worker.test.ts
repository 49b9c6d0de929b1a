import { describe, expect } from 'vitest';
import { it } from './support/it.ts';
import { arrival, comesBack, converted, orderOf } from './support/orders.ts';
import type { Change } from './support/program.ts';

describe.concurrent('Worker', () => {
  it('has delivered everything when the queue ends, and then both threads end', async ({ emulator, start }) => {
    const worker = start('worker.mjs');
    const visitors = Array.from({ length: 25 }, (_, index) => `visitor-${index}`);
    worker.write(...visitors.map(orderOf));
    worker.endInput();
    expect(await worker.ended).toBe(0);
    expect(converted(emulator)).toEqual(visitors);
  });

  it('delivers while it waits for orders', async ({ emulator, start }) => {
    const worker = start('worker.mjs');
    worker.write(orderOf('visitor-1'));
    await arrival(emulator, 'visitor-1');
    worker.signal('SIGTERM');
    expect(await worker.ended).toBe(0);
    expect(converted(emulator)).toEqual(['visitor-1']);
  });

  it('delivers what it has done when the process is asked to stop', async ({ emulator, start }) => {
    const worker = start('worker.mjs');
    worker.write(orderOf('visitor-1'));
    expect(await worker.line()).toBe('t-visitor-1 queued');
    worker.signal('SIGTERM');
    expect(await worker.ended).toBe(0);
    expect(converted(emulator)).toEqual(['visitor-1']);
  });

  it('loses what is not delivered yet when it crashes', async ({ emulator, start }) => {
    const worker = start('worker.mjs');
    worker.write(orderOf('visitor-1'));
    await arrival(emulator, 'visitor-1');
    emulator.setFaults({ track: 'error' });
    worker.write(orderOf('visitor-2'), { visitorId: '' });
    expect(await worker.ended).toBe(1);
    expect(await worker.errors).toContain('visitor_id_invalid');
    await comesBack(emulator);
    expect(converted(emulator)).toEqual(['visitor-1']);
  });

  it.for<[mistake: string, changed: Change]>([
    ['were terminated', { file: 'worker.mjs', from: "thread.postMessage('stop');", to: 'thread.terminate();' }],
    ['only closed', { file: 'worker-thread.mjs', from: 'await core.flush();', to: '' }],
    ['exited', { file: 'worker-thread.mjs', from: 'await core.flush();', to: 'process.exit();' }],
  ])('would lose what is queued if its thread %s', async ([, changed], { emulator, start }) => {
    emulator.setFaults({ track: 'error' });
    const worker = start('worker.mjs', { changed });
    worker.write(orderOf('visitor-1'));
    expect(await worker.line()).toBe('t-visitor-1 queued');
    worker.endInput();
    await worker.ended;
    await comesBack(emulator);
    expect(converted(emulator)).toEqual([]);
  });
});
