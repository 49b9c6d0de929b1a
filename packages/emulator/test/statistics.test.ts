import { describe, expect, it } from 'vitest';
import type { BatchEvent, GoalDatum } from '../src/batch.ts';
import type { Delivery } from '../src/delivery.ts';
import { parseProject } from '../src/project.ts';
import { summarize, type VariationStatistics, wilsonInterval } from '../src/statistics.ts';

const project = parseProject({
  account_id: '1',
  project: { id: '2' },
  experiences: [
    {
      id: 'x',
      key: 'hero',
      variations: [
        { id: 'a', traffic_allocation: 50 },
        { id: 'b', traffic_allocation: 50 },
      ],
    },
    { id: 'y', key: 'price', variations: [{ id: 'c' }] },
  ],
  goals: [{ id: 'buy' }, { id: 'click' }],
});

const origin = { receivedAt: '2026-01-01T00:00:00.000Z', path: '/v1/track/local', userAgent: 'ConvertAgent/1.0' };

function received(visitorId: string, event: BatchEvent, enrichData = false): Delivery {
  const visitors = [{ visitorId, events: [event] }];
  return { status: 'accepted', ...origin, batch: { accountId: '1', projectId: '2', enrichData, visitors } };
}

function saw(visitorId: string, variationId: string, experienceId = 'x'): Delivery {
  return received(visitorId, { eventType: 'bucketing', data: { experienceId, variationId } });
}

function bought(visitorId: string, bucketingData?: Record<string, string>, amount?: number | string): Delivery {
  const goalData: GoalDatum[] = amount === undefined ? [] : [{ key: 'amount', value: amount }];
  return received(visitorId, { eventType: 'conversion', data: { goalId: 'buy', goalData, bucketingData } });
}

function boughtUnnamed(visitorId: string): Delivery {
  return received(visitorId, { eventType: 'conversion', data: { goalId: 'buy' } }, true);
}

function variation(deliveries: readonly Delivery[], variationId: string): VariationStatistics | undefined {
  const variations = summarize(deliveries, project).experiences.flatMap((experience) => experience.variations);
  return variations.find((candidate) => candidate.variationId === variationId);
}

describe('statistics', () => {
  it('count each visitor once per variation', () => {
    const events = [saw('v-1', 'a'), saw('v-1', 'a'), saw('v-2', 'a'), saw('v-3', 'b')];
    expect(variation(events, 'a')?.visitors).toBe(2);
    expect(variation(events, 'b')?.visitors).toBe(1);
    expect(summarize(events, project)).toMatchObject({ visitors: 3, exposures: 4 });
  });

  it('count a converted visitor once per goal and add up the revenue', () => {
    const credit = { x: 'a' };
    const events = [saw('v-1', 'a'), saw('v-2', 'a'), bought('v-1', credit, 10), bought('v-1', credit, '2.5')];
    const [buy, click] = variation(events, 'a')?.goals ?? [];
    expect(buy).toMatchObject({ goalId: 'buy', conversions: 1, rate: 0.5, revenue: 12.5 });
    expect(click).toMatchObject({ goalId: 'click', conversions: 0, rate: 0, revenue: 0 });
  });

  it('credit every experience that a conversion names', () => {
    const events = [saw('v', 'a'), saw('v', 'c', 'y'), bought('v', { x: 'a', y: 'c' }, 5)];
    expect(variation(events, 'a')?.goals[0]).toMatchObject({ conversions: 1, revenue: 5 });
    expect(variation(events, 'c')?.goals[0]).toMatchObject({ conversions: 1, revenue: 5 });
  });

  it('accept an exposure that arrives after the conversion that names it', () => {
    expect(variation([bought('v', { x: 'a' }), saw('v', 'a')], 'a')?.goals[0]).toMatchObject({ conversions: 1 });
  });

  it('credit earlier exposures when the sender asks for enrichment', () => {
    const events = [saw('v', 'a'), boughtUnnamed('v'), saw('v', 'c', 'y')];
    expect(variation(events, 'a')?.goals[0]?.conversions).toBe(1);
    expect(variation(events, 'c')?.goals[0]?.conversions).toBe(0);
  });

  it('credit nobody with a conversion that names nothing', () => {
    const events = [saw('v', 'a'), bought('v'), boughtUnnamed('stranger')];
    expect(variation(events, 'a')?.goals[0]?.conversions).toBe(0);
    expect(summarize(events, project)).toMatchObject({ conversions: 2, uncredited: 2 });
  });

  it('keep conversions without an exposure apart, so that no rate exceeds 100%', () => {
    const events = [saw('v-1', 'a'), bought('v-1', { x: 'a' }, 1), bought('v-2', { x: 'a' }, 1)];
    expect(variation(events, 'a')?.goals[0]).toMatchObject({ conversions: 1, unexposed: 1, rate: 1, revenue: 1 });
  });

  it('tell how many visitors saw two variations of one experience', () => {
    const [hero] = summarize([saw('v-1', 'a'), saw('v-1', 'b'), saw('v-2', 'b')], project).experiences;
    expect(hero).toMatchObject({ visitors: 2, switched: 1 });
  });

  it('say how many visitors each variation would have if they were split as configured', () => {
    const deliveries = [saw('v-1', 'a'), saw('v-2', 'a'), saw('v-3', 'a'), saw('v-4', 'b')];
    expect(variation(deliveries, 'a')).toMatchObject({ visitors: 3, expectedVisitors: 2 });
    expect(variation(deliveries, 'b')).toMatchObject({ visitors: 1, expectedVisitors: 2 });
    const [hero, price] = summarize(deliveries, project).experiences;
    expect([hero?.split.status, price?.split.status]).toEqual(['too_few_visitors', 'not_comparable']);
  });

  it('check the split with what else they know: repeated exposures, and requests that were not counted', () => {
    const crowd = Array.from({ length: 600 }, (_, index) => saw(`v-${index}`, index < 400 ? 'a' : 'b'));
    const again = Array.from({ length: 30 }, (_, index) => saw(`v-${400 + index}`, 'b'));
    const refused: Delivery = { status: 'refused', ...origin, code: 400, reason: 'wrong', fields: [], body: null };
    const discarded: Delivery = { status: 'discarded', ...origin, reason: 'a bot', body: null };
    const statistics = summarize([...crowd, ...again, refused, discarded, discarded], project);
    expect(statistics).toMatchObject({ exposures: 630, refused: 1, discarded: 2 });
    expect(statistics.experiences[0]?.split).toMatchObject({
      status: 'skewed',
      degreesOfFreedom: 1,
      causes: expect.arrayContaining([
        { cause: 'shared_visitor_id', isLikely: false, repeatedExposures: 30 },
        { cause: 'one_sided_error', isLikely: true, variationId: 'b', refusedRequests: 1 },
        { cause: 'bots', isLikely: false, discardedRequests: 2 },
      ]),
    });
  });

  it('have no rate where nobody was exposed', () => {
    expect(variation([], 'a')?.goals[0]).toMatchObject({ rate: null, interval: null });
  });

  it('take ids such as "constructor" for what they are', () => {
    const events = [saw('constructor', 'a'), bought('__proto__', { constructor: 'toString' })];
    expect(variation(events, 'a')?.visitors).toBe(1);
  });
});

describe('the 95% Wilson interval', () => {
  it.each([
    [10, 100, 0.05523, 0.17437],
    [1, 10, 0.01788, 0.40415],
    [50, 100, 0.40383, 0.59617],
  ])('of %i in %i is the published one', (conversions, visitors, low, high) => {
    const interval = wilsonInterval(conversions, visitors);
    expect(interval?.low).toBeCloseTo(low, 4);
    expect(interval?.high).toBeCloseTo(high, 4);
  });

  it('stays between none and all', () => {
    expect(wilsonInterval(0, 10)).toMatchObject({ low: 0, high: expect.closeTo(0.27753, 4) });
    expect(wilsonInterval(10, 10)).toMatchObject({ low: expect.closeTo(0.72247, 4), high: 1 });
    expect(wilsonInterval(0, 0)).toBeNull();
  });
});
