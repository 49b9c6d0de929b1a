import { expect, it } from 'vitest';
import { runEmulator } from './emulator.ts';
import { batch, exposure, homeHero, send, visitor } from './sample.ts';

const body = batch(visitor('v', exposure(homeHero.id, homeHero.original)));

it('fails on command, counts nothing meanwhile, and recovers', async () => {
  const { url, configUrl, trackUrl, events } = await runEmulator();
  const change = await fetch(`${url}/api/faults`, { method: 'POST', body: '{"track":"error"}' });
  expect(await change.json()).toEqual({ config: 'ok', track: 'error' });

  expect((await send(trackUrl, body)).status).toBe(500);
  expect((await fetch(`${configUrl}/config/local`)).status).toBe(200);
  expect(events()).toEqual([]);

  await fetch(`${url}/api/faults`, { method: 'POST', body: '{"track":"ok","config":"error"}' });
  expect((await send(trackUrl, body)).status).toBe(200);
  expect(await (await fetch(`${configUrl}/config/local`)).json()).toMatchObject({ code: 500 });
});

it('hangs on command, and can still be closed', async () => {
  const { configUrl, trackUrl, setFaults } = await runEmulator();
  setFaults({ config: 'hang', track: 'hang' });
  const signal = AbortSignal.timeout(100);
  await expect(fetch(`${configUrl}/config/local`, { signal })).rejects.toThrow(/timeout/);
  await expect(fetch(`${trackUrl}/track/local`, { method: 'POST', body: '{}', signal })).rejects.toThrow(/timeout/);
  fetch(`${configUrl}/config/local`).catch(() => {});
});

it('refuses a fault it does not know', async () => {
  const { url } = await runEmulator();
  expect((await fetch(`${url}/api/faults`, { method: 'POST', body: '{"track":"slow"}' })).status).toBe(400);
  expect((await fetch(`${url}/api/faults`, { method: 'POST', body: 'x' })).status).toBe(400);
  expect(await (await fetch(`${url}/api/faults`)).json()).toEqual({ config: 'ok', track: 'ok' });
});

it('lets no page of another origin break or clear it', async () => {
  const { url, trackUrl, events } = await runEmulator();
  await send(trackUrl, body);
  const foreign = { method: 'POST', headers: { Origin: 'https://elsewhere.example' }, body: '{"track":"error"}' };
  expect((await fetch(`${url}/api/faults`, foreign)).status).toBe(403);
  expect((await fetch(`${url}/api/reset`, foreign)).status).toBe(403);
  expect(events()).toHaveLength(1);
  expect((await fetch(`${url}/api/reset`, { method: 'POST', headers: { Origin: url } })).status).toBe(200);
  expect(events()).toEqual([]);
});
