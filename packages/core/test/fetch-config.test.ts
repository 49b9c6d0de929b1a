import { Core, fetchConfig } from '@convert-fullstack/core';
import { memoryTransport, projectConfig } from '@convert-fullstack/core/testing';
import { expect, it } from 'vitest';

const config = projectConfig({ experiences: { hero: { variations: { story: 100 } } } });
const SDK_KEY = '1001/2002';

it('a config that was fetched before makes a Core that is ready at once and asks for nothing', async () => {
  const transport = memoryTransport({ configs: [config] });
  const fetched = await fetchConfig({ sdkKey: SDK_KEY, environment: 'production', transport });
  expect(fetched).toEqual(config);
  const [{ url } = { url: '' }] = transport.configRequests;
  expect(url).toMatch(/\/config\/1001%2F2002\?environment=production$/);

  const core = new Core({ sdkKey: SDK_KEY, fallbackData: fetched, refresh: false, transport });
  expect(core.createContext('visitor-1').runExperience('hero')?.variationKey).toBe('story');
  await core.flush();
  expect(transport.configRequests).toHaveLength(1);
  expect(transport.sent.map((request) => request.url)).toEqual([expect.stringMatching(/\/track\/1001%2F2002$/)]);
  await core.close();
});

it('no answer, or another one than a config, rejects', async () => {
  for (const answer of [404, 304, new Error('offline')]) {
    const transport = memoryTransport({ configs: [answer] });
    await expect(fetchConfig({ sdkKey: SDK_KEY, transport })).rejects.toThrow();
  }
});

it('an address that is no URL is said so', async () => {
  const transport = { configUrl: 'convert.example' };
  await expect(fetchConfig({ sdkKey: SDK_KEY, transport })).rejects.toMatchObject({ code: 'options_invalid' });
});
