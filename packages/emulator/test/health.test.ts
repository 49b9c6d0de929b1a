import { createServer, type RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { DashboardState } from '../src/dashboard-state.ts';
import { createHealthSource } from '../src/health-source.ts';
import { startEmulator } from '../src/index.ts';
import { experienceHealth, runApplication, says } from './application.ts';
import { runEmulator } from './emulator.ts';
import { batch, exposure, homeHero, send, visitor } from './sample.ts';

const hero = experienceHealth(homeHero.id, homeHero.original, homeHero.trailStory);

/** What the emulator of this application tells after one visitor was shown the hero. */
async function stateWith(health: string): Promise<DashboardState> {
  const { url, trackUrl } = await runEmulator({ health });
  await send(trackUrl, batch(visitor('v-1', exposure(homeHero.id, homeHero.original))));
  return stateOf(url);
}

async function stateOf(url: string): Promise<DashboardState> {
  const response = await fetch(`${url}/api/state`);
  expect(response.status).toBe(200);
  // The emulator's own answer.
  return (await response.json()) as DashboardState;
}

describe('the health of the application', () => {
  it('is in the state beside what arrived', async () => {
    const health = await runApplication(
      says({ isSuspicious: false, experiences: [experienceHealth('elsewhere'), hero] }),
    );
    const state = await stateWith(health);
    expect(state.health).toEqual({ status: 'told', address: health });
    const told = state.experiences.filter((experience) => experience.health !== null);
    expect(told.map(({ key, visitors, health }) => ({ key, visitors, health }))).toEqual([
      {
        key: 'home-hero',
        visitors: 1,
        health: {
          experienceId: homeHero.id,
          isSuspicious: false,
          variations: [
            { variationId: homeHero.original, assigned: 120, exposed: 110, converted: 10 },
            { variationId: homeHero.trailStory, assigned: 121, exposed: 111, converted: 11 },
          ],
          pValues: { assigned: 0.5, exposed: 0.25 },
          causes: [],
        },
      },
    ]);
  });

  it('is nobody’s question where the emulator was not told of an application', async () => {
    const { url } = await runEmulator();
    const state = await stateOf(url);
    expect(state.health).toBeNull();
    expect(state.experiences.every(({ health }) => health === null)).toBe(true);
  });

  const [original] = hero.variations;
  it.each<[string, unknown]>([
    ['nothing', ''],
    ['a page', '<!doctype html><title>Shop</title>'],
    ['null', null],
    ['a list', [hero]],
    ['an error', { error: 'not found' }],
    ['no list', { experiences: { length: 1 } }],
    ['no experience', { experiences: [null] }],
    ['no variations', { experiences: [{ ...hero, variations: undefined }] }],
    ['a negative count', { experiences: [{ ...hero, variations: [{ ...original, assigned: -1 }] }] }],
    ['half a visitor', { experiences: [{ ...hero, variations: [{ ...original, exposed: 0.5 }] }] }],
    ['countless visitors', JSON.stringify({ experiences: [hero] }).replace('"converted":10', '"converted":1e999')],
    ['a verdict in words', { experiences: [{ ...hero, isSuspicious: 'no' }] }],
    ['an impossible p', { experiences: [{ ...hero, pValues: { assigned: 2, exposed: null } }] }],
    ['a novel', { experiences: [{ ...hero, causes: [{ cause: 'bots', message: 'x'.repeat(1_001) }] }] }],
    ['a pit', '['.repeat(100_000)],
  ])('is not taken from an application that says %s', async (_, said) => {
    const health = await runApplication(says(said));
    expectUntold(await stateWith(health), health, 'answers something else than core.health()');
  });

  it.each([401, 404, 500])('is not taken from an answer with status %i', async (status) => {
    const health = await runApplication((_, response) => {
      response.writeHead(status).end(JSON.stringify({ experiences: [hero] }));
    });
    expectUntold(await stateWith(health), health, `answers ${status}`);
  });

  it('is not looked for where the application sends on to', async () => {
    const asked: (string | undefined)[] = [];
    const health = await runApplication(({ url }, response) => {
      asked.push(url);
      response.writeHead(307, { Location: '/login' }).end();
    });
    expectUntold(await stateWith(health), health, 'answers 307');
    expect(asked).toEqual(['/api/health']);
  });

  it('is missing while no application is there', async () => {
    const health = await addressOfNobody();
    expectUntold(await stateWith(health), health, 'cannot be reached');
  });

  it('is missing when the answer breaks off', async () => {
    const health = await runApplication((_, response) => {
      response.write('{', () => response.destroy());
    });
    expectUntold(await stateWith(health), health, 'cannot be reached');
  });

  it.each<[string, RequestListener]>([
    ['does not answer', () => {}],
    ['does not end its answer', (_, response) => response.write('{')],
  ])('is not waited for when the application %s', async (_, answer) => {
    const health = await runApplication(answer);
    expectUntold(await stateWith(health), health, 'has not answered within two seconds');
  });

  it('is not read to its end when it has none', async () => {
    const flood = Buffer.alloc(65_536, ' ');
    const health = await runApplication((_, response) => {
      const pour = () => {
        while (!response.destroyed && response.write(flood));
      };
      response.on('drain', pour);
      pour();
    });
    expectUntold(await stateWith(health), health, 'answers with more than 1 MiB');
  });

  it('is asked for every three seconds at most, and shown as it is then', async () => {
    let [now, asked] = [0, 0];
    const url = await runApplication((_, response) => {
      asked += 1;
      response.end(asked === 1 ? 'starting' : JSON.stringify({ experiences: [] }));
    });
    const ask = createHealthSource(url, () => now);
    const early = await Promise.all([ask(), ask(), ask()]);
    now = 2_999;
    expect(new Set([...early, await ask()].map(({ status }) => status))).toEqual(new Set(['untold']));
    expect(asked).toBe(1);
    now = 3_000;
    expect((await ask()).status).toBe('told');
    expect(asked).toBe(2);
  });

  it('is asked for with the query, which nobody is shown', async () => {
    const asked: (string | undefined)[] = [];
    const health = await runApplication(({ url }, response) => {
      asked.push(url);
      response.end('{}');
    });
    const state = await stateWith(`${health}?token=secret-of-the-shop`);
    expect(asked).toEqual(['/api/health?token=secret-of-the-shop']);
    expect(JSON.stringify(state)).not.toContain('secret');
  });

  it.each(['', '/api/health', 'localhost:3000', 'file:///etc/passwd', 'http://me:secret@localhost/'])(
    'cannot be asked for at "%s"',
    async (health) => {
      const start = startEmulator({ health });
      await expect(start).rejects.toMatchObject({ name: 'EmulatorError', code: 'health_url_invalid' });
      await expect(start).rejects.not.toThrow('secret');
    },
  );
});

function expectUntold(state: DashboardState, address: string, reason: string): void {
  expect(state.health).toEqual({ status: 'untold', address, reason });
  expect(state.totals.exposures).toBe(1);
  expect(state.experiences.every(({ health }) => health === null)).toBe(true);
}

async function addressOfNobody(): Promise<string> {
  const server = createServer().listen(0);
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return `http://localhost:${typeof address === 'object' ? address?.port : ''}/api/health`;
}
