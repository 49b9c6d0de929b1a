import { Core, type DataStore, type StoredVisitor } from '@convert-fullstack/core';
import { manualClock, memoryTransport } from '@convert-fullstack/core/testing';
import { expect, it } from 'vitest';
import { forgetVisitor } from '../src/forget-visitor.ts';
import { HERO, sampleCore } from './sample-project.ts';

function memoryStore() {
  const records = new Map<string, StoredVisitor>();
  const dataStore: DataStore = {
    get: (key) => records.get(key),
    set: (key, record) => void records.set(key, record),
  };
  const kept = (visitorId: string) => [...records].filter(([key]) => key.endsWith(`-${visitorId}`)).map(([, r]) => r);
  return { dataStore, kept };
}

const requestOf = (cookie: string) => ({ url: null, headers: new Headers({ cookie }) });

it('a visitor’s record and waiting events are erased, under the cookie’s id and the application’s own', async () => {
  const transport = memoryTransport();
  const { dataStore, kept } = memoryStore();
  const core = sampleCore({ transport, dataStore });
  for (const visitorId of ['visitor-1', 'user-7', 'somebody-else']) {
    const context = core.createContext(visitorId);
    context.expose({ experienceId: HERO.id, variationId: HERO.variationIds[0] as string });
    context.setAttributes({ plan: 'gold' });
    expect(kept(visitorId)).toMatchObject([{ attributes: { plan: 'gold' } }]);
  }
  const options = { visitorId: () => 'user-7' };
  expect(await forgetVisitor(core, requestOf('cv_vid=visitor-1'), options)).toBe(true);
  await core.flush();
  expect(transport.events.map(({ visitorId }) => visitorId)).toEqual(['somebody-else']);
  for (const visitorId of ['visitor-1', 'user-7']) expect(kept(visitorId)[0]?.attributes ?? {}).toEqual({});
  expect(kept('somebody-else')).toMatchObject([{ attributes: { plan: 'gold' } }]);
});

it('a config that is still on its way is waited for; one that cannot be had is said', async () => {
  const { dataStore, kept } = memoryStore();
  sampleCore({ dataStore }).createContext('visitor-1').setAttributes({ plan: 'gold' });
  const transport = memoryTransport({ configs: [new Error('unreachable')] });
  const core = new Core({ sdkKey: 'test', transport, dataStore, clock: manualClock(), logLevel: 'silent' });
  expect(await forgetVisitor(core, requestOf('cv_vid=visitor-1'))).toBe(false);
  expect(kept('visitor-1')).toMatchObject([{ attributes: { plan: 'gold' } }]);
  await core.close();
});

it('a request of nobody asks for nothing', async () => {
  const transport = memoryTransport();
  const core = new Core({ sdkKey: 'test', transport, clock: manualClock(), logLevel: 'silent' });
  expect(await forgetVisitor(core, requestOf('theme=dark; cv_vid='))).toBe(true);
  expect(transport.configRequests).toHaveLength(0);
  await core.close();
});
