import type { Emulator } from '@convert-fullstack/emulator';
import { expect, vi } from 'vitest';
import { it } from './support/it.ts';
import type { Program, ProgramOptions } from './support/program.ts';

vi.setConfig({ testTimeout: 60_000 });

const RATE = 1_000;
const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
const EXPOSURE = { type: 'exposure', experienceId: '3009860002', variationId: '3009870004' };

type Start = (file: string, options?: ProgramOptions) => Program;

interface Flooded {
  /** How many requests were sent in a second. */
  readonly perSecond: number;
  /** How many by status. */
  readonly answers: Readonly<Record<string, number>>;
  /** Of the other visitors' requests. */
  readonly others: readonly { readonly visitorId: string; readonly status: number; readonly ms: number }[];
  /** Bytes of the heap, after garbage collection, early and late in the flood. */
  readonly heap: readonly [early: number, late: number];
}

it('1,000 requests a second of one visitor, held for four seconds, are limited: memory stays flat, and everybody else is served and counted', async ({
  emulator,
  start,
}) => {
  const { perSecond, answers, others, heap } = await flood(start, emulator, { requestsPerMinute: 300, seconds: 4 });
  expect(perSecond).toBeGreaterThan(0.9 * RATE);
  const { 202: taken = 0, 429: limited = 0, ...strange } = answers;
  expect(strange).toEqual({});
  expect(taken + limited).toBe(4 * RATE);
  // A minute's worth at once, and what trickles in meanwhile, also where answering takes long.
  expect(taken).toBeGreaterThanOrEqual(300);
  expect(taken).toBeLessThan(600);
  expect(others.filter(({ status, ms }) => status !== 202 || ms > 5_000)).toEqual([]);
  expect(await notCounted(emulator, others)).toEqual([]);
  expect(heap[1] - heap[0]).toBeLessThan(4 * 1024 * 1024);
});

it('would push other visitors’ events out of the queue without the limit', async ({ emulator, start }) => {
  const { answers, others } = await flood(start, emulator, { requestsPerMinute: 1e9, seconds: 2 });
  expect(answers).toEqual({ 202: 2 * RATE });
  expect((await notCounted(emulator, others)).length).toBeGreaterThan(0);
});

/** Floods a server while Convert is away and other visitors come: whatever is queued has to stay in the queue. */
async function flood(
  start: Start,
  emulator: Emulator,
  { requestsPerMinute, seconds }: { readonly requestsPerMinute: number; readonly seconds: number },
): Promise<Flooded> {
  const origin = await start('test/support/relay-server.mjs', { args: [`${requestsPerMinute}`] }).line();
  const relay = `${origin}/api/convert/events`;
  emulator.setFaults({ track: 'error' });
  const memory = async () => (await fetch(`${origin}/memory`)).json() as Promise<number>;
  const flooder = start('test/support/flood.mjs', { args: [relay, `${RATE}`, `${seconds}`, BROWSER] });
  let isOver = false;
  const report = flooder.line().finally(() => {
    isOver = true;
  });
  const others: Flooded['others'][number][] = [];
  const heap: number[] = [];
  while (!isOver) {
    others.push(await visit(relay, `other-${others.length}`));
    if (others.length % 10 === 0) heap.push(await memory());
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  heap.push(await memory());
  const { perSecond, answers } = JSON.parse(await report);
  // After the flood: nobody pushes this one out, and when it is counted, everybody is who ever will be.
  others.push(await visit(relay, 'the-last'));
  emulator.setFaults({ track: 'ok' });
  return { perSecond, answers, others, heap: [heap[0] ?? 0, heap.at(-1) ?? 0] };
}

async function visit(relay: string, visitorId: string): Promise<Flooded['others'][number]> {
  const headers = { 'content-type': 'application/json', cookie: `cv_vid=${visitorId}`, 'user-agent': BROWSER };
  const begun = performance.now();
  const { status } = await fetch(relay, { method: 'POST', headers, body: JSON.stringify({ events: [EXPOSURE] }) });
  return { visitorId, status, ms: performance.now() - begun };
}

/** Who of them is missing once the last one has been counted. */
async function notCounted(emulator: Emulator, others: Flooded['others']): Promise<string[]> {
  const counted = () => new Set(emulator.visitors().map(({ visitorId }) => visitorId));
  const last = others.at(-1)?.visitorId ?? '';
  await vi.waitFor(() => expect(counted()).toContain(last), { timeout: 20_000 });
  return others.map(({ visitorId }) => visitorId).filter((visitorId) => !counted().has(visitorId));
}
