import { Core } from '@convert-fullstack/core';
import { expect } from 'vitest';
import { it } from './support/it.ts';

it('a tracking request made by hand counts again what trackConversion counts once', async ({ emulator }) => {
  const requests: Parameters<typeof fetch>[] = [];
  const recording: typeof fetch = (...request) => {
    requests.push(request);
    return fetch(...request);
  };
  const { url } = emulator;
  const core = new Core({
    sdkKey: 'local',
    environment: 'production',
    transport: { configUrl: `${url}/api/v1`, trackUrl: `${url}/v1`, fetch: recording },
  });
  await core.initialize();
  const counted = () => emulator.visitors().flatMap(({ conversions }) => conversions.map(({ goalKey }) => goalKey));

  const visitor = core.createContext('visitor-1');
  for (const _ of ['first', 'again']) visitor.trackConversion('newsletter-signup');
  await core.flush();
  expect(counted()).toEqual(['newsletter-signup']);

  // The request is right in every byte. Who sends it themselves has to know, too, that it has been sent.
  const [address, made] = requests.at(-1) ?? expect.unreachable();
  expect((await fetch(address, made)).status).toBe(200);
  expect(counted()).toEqual(['newsletter-signup', 'newsletter-signup']);
  await core.close();
});
