import { expect, it } from 'vitest';
import type { VisitorHistory } from '../src/index.ts';
import { runEmulator } from './emulator.ts';
import { batch, conversion, exposure, goals, homeHero, pricingPage, send, visitor } from './sample.ts';

async function visitorsOf(url: string): Promise<readonly VisitorHistory[]> {
  // The emulator's own answer.
  return (await (await fetch(`${url}/api/visitors`)).json()) as readonly VisitorHistory[];
}

it('tells by visitor and key what was counted, in the order of arrival', async () => {
  const { url, trackUrl, visitors } = await runEmulator();
  const bought = conversion(goals.purchase, {
    goalData: [
      { key: 'amount', value: 49.99 },
      { key: 'customDimension1', value: ['a', 'b'] },
    ],
    bucketingData: { [homeHero.id]: homeHero.trailStory },
  });
  await send(trackUrl, batch(visitor('v-2', exposure(homeHero.id, homeHero.trailStory), bought)));
  await send(trackUrl, batch(visitor('v-1', exposure(pricingPage.id, pricingPage.annualFirst))));
  await send(trackUrl, batch(visitor('v-2', conversion(goals.addToCart))));

  const receivedAt = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
  expect(await visitorsOf(url)).toEqual([
    {
      visitorId: 'v-2',
      exposures: [{ receivedAt, experienceKey: 'home-hero', variationKey: 'trail-story' }],
      conversions: [
        {
          receivedAt,
          goalKey: 'purchase',
          values: { amount: 49.99, customDimension1: ['a', 'b'] },
          credited: { 'home-hero': 'trail-story' },
        },
        { receivedAt, goalKey: 'add-to-cart', values: {}, credited: {} },
      ],
    },
    {
      visitorId: 'v-1',
      exposures: [{ receivedAt, experienceKey: 'pricing-page', variationKey: 'annual-first' }],
      conversions: [],
    },
  ]);
  expect(visitors()).toEqual(await visitorsOf(url));
});

it('keeps what was counted twice and leaves out what was not counted', async () => {
  const { trackUrl, visitors, reset } = await runEmulator();
  const seen = batch(visitor('v-1', exposure(homeHero.id, homeHero.original)));
  await send(trackUrl, seen);
  await send(trackUrl, seen);
  await send(trackUrl, seen, { 'User-Agent': 'bot' });
  await send(trackUrl, batch(visitor('v-2', exposure(homeHero.id, '9'))));
  expect(visitors()).toMatchObject([{ visitorId: 'v-1', exposures: [{}, {}], conversions: [] }]);
  reset();
  expect(visitors()).toEqual([]);
});

it('has every visitor, however many came', async () => {
  const { url, trackUrl } = await runEmulator();
  for (let start = 0; start < 2000; start += 500) {
    const crowd = Array.from({ length: 500 }, (_, index) =>
      visitor(`v-${start + index}`, exposure(homeHero.id, homeHero.original), conversion(goals.addToCart)),
    );
    await send(trackUrl, batch(...crowd));
  }
  const histories = await visitorsOf(url);
  expect(histories.map(({ visitorId }) => visitorId)).toEqual(Array.from({ length: 2000 }, (_, index) => `v-${index}`));
  expect(histories.every(({ exposures, conversions }) => exposures.length === 1 && conversions.length === 1)).toBe(
    true,
  );
});

it('takes ids and keys such as "__proto__" for what they are', async () => {
  const variations = [{ id: '4', key: 'constructor' }];
  const project = {
    account_id: '30098000',
    project: { id: '30098100' },
    experiences: [{ id: '3', key: '__proto__', variations }],
    goals: [{ id: '5', name: 'Without a key' }],
  };
  const { url, trackUrl } = await runEmulator({ project });
  const credited = conversion('5', { bucketingData: { 3: '4' } });
  await send(trackUrl, batch(visitor('__proto__', exposure('3', '4'), credited)));
  const [history] = await visitorsOf(url);
  expect(history?.visitorId).toBe('__proto__');
  expect(history?.exposures[0]).toMatchObject({ experienceKey: '__proto__', variationKey: 'constructor' });
  expect(history?.conversions[0]?.goalKey).toBe('Without a key');
  expect(Object.entries(history?.conversions[0]?.credited ?? {})).toEqual([['__proto__', 'constructor']]);
});

it('is only read', async () => {
  const { url } = await runEmulator();
  const response = await fetch(`${url}/api/visitors`, { method: 'POST' });
  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe('GET');
});

it('cannot be read by pages of other origins', async () => {
  const { url } = await runEmulator();
  const response = await fetch(`${url}/api/visitors`, { headers: { Origin: 'https://elsewhere.example' } });
  expect(response.headers.get('access-control-allow-origin')).toBeNull();
});
