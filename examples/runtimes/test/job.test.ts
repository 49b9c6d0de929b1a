import { describe, expect } from 'vitest';
import { it } from './support/it.ts';
import { arrival, converted, orderOf } from './support/orders.ts';

const visitors = (count: number) => Array.from({ length: count }, (_, index) => `visitor-${index}`);

describe.concurrent('Job', () => {
  it('has delivered everything when it ends by itself', async ({ emulator, start }) => {
    const job = start('job.mjs');
    job.write(...visitors(25).map(orderOf));
    job.endInput();
    expect(await job.ended).toBe(0);
    expect(converted(emulator)).toEqual(visitors(25));
  });

  it('delivers what it has done when it is asked to stop', async ({ emulator, start }) => {
    const job = start('job.mjs');
    job.write(orderOf('visitor-1'));
    expect(await job.line()).toBe('t-visitor-1 queued');
    job.signal('SIGTERM');
    expect(await job.ended).toBe(0);
    expect(converted(emulator)).toEqual(['visitor-1']);
  });

  it('delivers what it has done when it crashes', async ({ emulator, start }) => {
    const job = start('job.mjs');
    job.write(orderOf('visitor-1'), { visitorId: '' }, orderOf('visitor-2'));
    job.endInput();
    expect(await job.ended).toBe(1);
    expect(await job.errors).toContain('visitor_id_invalid');
    expect(converted(emulator)).toEqual(['visitor-1']);
  });

  it('delivers every ten events, and loses what is queued when it is killed', async ({ emulator, start }) => {
    const job = start('job.mjs');
    job.write(...visitors(11).map(orderOf));
    await arrival(emulator, ...visitors(10));
    job.signal('SIGKILL');
    expect(await job.ended).toBe('SIGKILL');
    expect(converted(emulator)).toEqual(visitors(10));
  });

  it('would lose what is queued if it only closed', async ({ emulator, start }) => {
    const job = start('job.mjs', { changed: { file: 'job.mjs', from: 'await core.flush();', to: '' } });
    job.write(...visitors(9).map(orderOf));
    job.endInput();
    expect(await job.ended).toBe(0);
    expect(converted(emulator)).toEqual([]);
  });

  it('would lose what is queued if it did not listen to SIGTERM', async ({ emulator, start }) => {
    const changed = { file: 'job.mjs', from: "process.once('SIGTERM', () => stopping.abort());", to: '' };
    const job = start('job.mjs', { changed });
    job.write(orderOf('visitor-1'));
    expect(await job.line()).toBe('t-visitor-1 queued');
    job.signal('SIGTERM');
    expect(await job.ended).toBe('SIGTERM');
    expect(converted(emulator)).toEqual([]);
  });
});
