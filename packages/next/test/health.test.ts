import './async-storage.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  BROWSER,
  convertWith,
  HERO,
  headersOfPage,
  pageRequest,
  resetProcess,
  run,
  SITE,
  visitorOf,
} from './fixtures.ts';

beforeEach(resetProcess);
afterEach(resetProcess);

it('what the process has counted is told: visitors who were decided for, and what their browsers reported', async () => {
  const convert = convertWith({ tracking: 'hold' });
  expect(convert.health()).toEqual({ isSuspicious: false, experiences: [] });
  const page = headersOfPage(await run(convert.proxy(), pageRequest('/')));
  const { experiences } = await convert.payload({ headers: page });
  const { experienceId, variationId } =
    experiences.find(({ experienceKey }) => experienceKey === HERO.key) ?? expect.fail();
  const report = new Request(`${SITE}/api/convert/events`, {
    method: 'POST',
    body: JSON.stringify({ events: [{ type: 'exposure', experienceId, variationId }] }),
    headers: {
      cookie: `cv_vid=${visitorOf(page)}`,
      host: 'shop.example',
      'user-agent': BROWSER,
      'content-type': 'application/json',
    },
  });
  expect((await convert.handlers.POST(report)).status).toBe(202);
  const hero = convert.health().experiences.find(({ experienceKey }) => experienceKey === HERO.key);
  expect(hero?.variations.find((variation) => variation.variationId === variationId)).toMatchObject({
    assigned: 1,
    exposed: 1,
    converted: 0,
  });
});

it('nothing is counted when the options were refused', () => {
  expect(convertWith({ data: { error: 'gone' } }).health()).toEqual({ isSuspicious: false, experiences: [] });
});
