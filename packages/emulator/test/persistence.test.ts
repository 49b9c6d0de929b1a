import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startEmulator } from '../src/index.ts';
import { runEmulator } from './emulator.ts';
import { batch, conversion, exposure, homeHero, send, visitor } from './sample.ts';

const seen = exposure(homeHero.id, homeHero.original);

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'convert-emulator-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

async function dataFilePath(): Promise<string> {
  return join(await temporaryFolder(), 'nested', 'events.jsonl');
}

it('remembers events, refusals and discards across a restart', async () => {
  const dataFile = await dataFilePath();
  const first = await startEmulator({ dataFile });
  await send(first.trackUrl, batch(visitor('v-1', seen)));
  await send(first.trackUrl, batch(visitor('v-2', conversion('9'))));
  await send(first.trackUrl, batch(visitor('v-3', seen)), { 'User-Agent': 'bot' });
  const before = [first.events(), first.rejected(), first.discarded()];
  await first.close();

  const second = await runEmulator({ dataFile });
  expect([second.events(), second.rejected(), second.discarded()]).toEqual(before);
  expect(second.statistics().visitors).toBe(1);
});

it('drops a line that was cut off in the middle of a character and goes on', async () => {
  const dataFile = await dataFilePath();
  const first = await startEmulator({ dataFile });
  await send(first.trackUrl, batch(visitor('v-1', seen)));
  await first.close();
  const line = Buffer.from('{"status":"accepted","receivedAt":"é');
  await appendFile(dataFile, line.subarray(0, -1));

  const second = await startEmulator({ dataFile });
  expect(second.events()).toHaveLength(1);
  await send(second.trackUrl, batch(visitor('v-2', seen)));
  await second.close();

  const third = await runEmulator({ dataFile });
  expect(third.events().map(({ visitorId }) => visitorId)).toEqual(['v-1', 'v-2']);
});

it('has written an event when it says OK', async () => {
  const dataFile = await dataFilePath();
  const { trackUrl } = await runEmulator({ dataFile });
  await send(trackUrl, batch(visitor('v-1', seen)));
  expect(await readFile(dataFile, 'utf8')).toMatch(/"visitorId":"v-1".*\n$/);
});

it('forgets the file too when it is reset', async () => {
  const dataFile = await dataFilePath();
  const { trackUrl, reset, events } = await runEmulator({ dataFile });
  await send(trackUrl, batch(visitor('v-1', seen)));
  reset();
  expect(await readFile(dataFile, 'utf8')).toBe('');
  await send(trackUrl, batch(visitor('v-2', seen)));
  expect(events()).toHaveLength(1);
  expect((await readFile(dataFile, 'utf8')).split('\n')).toHaveLength(2);
});

it.each(['{"name":"something else"}', '{"name":"something else"}\n', 'notes\n', 'notes'])(
  'leaves a file that is not its own alone: %j',
  async (content) => {
    const dataFile = join(await temporaryFolder(), 'mine.json');
    await writeFile(dataFile, content);
    await expect(startEmulator({ dataFile })).rejects.toMatchObject({ code: 'data_file_invalid' });
    expect(await readFile(dataFile, 'utf8')).toBe(content);
  },
);
