import { Core } from '@convert-fullstack/core';
import { manualClock, memoryTransport, projectConfig } from '@convert-fullstack/core/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { createCatchUp } from '../src/relay/catch-up.ts';
import { browserWith, outcome } from './relay-requests.ts';

const OLD = projectConfig({ experiences: { hero: {} }, goals: ['signup'] });
const NEW = projectConfig({ experiences: { hero: {}, plans: {} }, goals: ['signup', 'purchase'] });

const BOUGHT = { type: 'conversion', goalKey: 'purchase' };
const MADE_UP = { type: 'exposure', experienceId: '7', variationId: '8' };
/** What a page shows that comes from a process with the new config. */
const SHOWN = { type: 'exposure', ...idsOf('plans') };

const cores: Core[] = [];
afterEach(async () => {
  for (const core of cores.splice(0)) await core.close();
});

function idsOf(key: string) {
  const { experienceId, variationId } = new Core({ data: NEW }).createContext('visitor-1').runExperience(key) ?? {};
  return { experienceId, variationId };
}

/** A process that has not heard of the new config yet. */
async function processBehind() {
  const transport = memoryTransport({ configs: [OLD] });
  const core = new Core({ sdkKey: 'test', transport, clock: manualClock(), logLevel: 'silent' });
  cores.push(core);
  await core.initialize();
  transport.serve(NEW);
  const fetchedBefore = transport.configRequests.length;
  return { core, transport, fetched: () => transport.configRequests.length - fetchedBefore };
}

describe('a process whose config is older than the page’s', () => {
  it('counts what the page shows and does all the same', async () => {
    const { core, transport } = await processBehind();
    const { sendEvents } = browserWith(core);
    expect(await outcome(await sendEvents([SHOWN, BOUGHT]))).toEqual([202, { accepted: 2, rejected: [] }]);
    await core.flush();
    expect(transport.events).toHaveLength(2);
  });

  it('fetches the config once for many pages, and keeps all of them waiting for it', async () => {
    const { core, transport, fetched } = await processBehind();
    const { sendEvents } = browserWith(core);
    const cookies = Array.from({ length: 20 }, (_, visitor) => ({ cookie: `cv_vid=visitor-${visitor}` }));
    const answers = await Promise.all(cookies.map(async (headers) => outcome(await sendEvents([BOUGHT], headers))));
    expect(answers.filter(([, receipt]) => JSON.stringify(receipt).includes('"accepted":1'))).toHaveLength(20);
    expect(fetched()).toBe(1);
    await core.flush();
    expect(transport.events).toHaveLength(20);
  });

  it('asks for nothing while it knows everything', async () => {
    const { core, fetched } = await processBehind();
    await browserWith(core).sendEvents([{ type: 'exposure', ...idsOf('hero') }, { type: 'nonsense' }, null]);
    expect(fetched()).toBe(0);
  });

  it('goes on with the config it has when there is no other', async () => {
    const { core, transport } = await processBehind();
    transport.serve(new Error('unreachable'));
    const answer = await outcome(await browserWith(core).sendEvents([SHOWN]));
    expect(answer).toEqual([202, { accepted: 0, rejected: [{ index: 0, reason: 'assignment_unknown' }] }]);
  });
});

it('ids that somebody makes up have the config fetched once in 30 seconds, however many there are', async () => {
  const { core, fetched } = await processBehind();
  let time = 1_000;
  const catchUp = createCatchUp(() => time);
  for (let request = 0; request < 1_000; request += 1) await catchUp(core, [MADE_UP]);
  expect(fetched()).toBe(1);
  time += 29_999;
  await catchUp(core, [MADE_UP]);
  expect(fetched()).toBe(1);
  time += 1;
  await catchUp(core, [MADE_UP]);
  expect(fetched()).toBe(2);
});
