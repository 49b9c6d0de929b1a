import { describe, expect, it } from 'vitest';
import type { VisitorEvent } from '../src/delivery.ts';
import { parseProject } from '../src/project.ts';
import { summarize, type VariationStatistics, wilsonInterval } from '../src/statistics.ts';

const project = parseProject({
  account_id: '1',
  project: { id: '2' },
  experiences: [
    { id: 'x', key: 'hero', variations: [{ id: 'a' }, { id: 'b' }] },
    { id: 'y', key: 'price', variations: [{ id: 'c' }] },
  ],
  goals: [{ id: 'buy' }, { id: 'click' }],
});

const common = { receivedAt: '2026-01-01T00:00:00.000Z', enrichData: false };

function saw(visitorId: string, variationId: string, experienceId = 'x'): VisitorEvent {
  return { ...common, visitorId, eventType: 'bucketing', data: { experienceId, variationId } };
}

function bought(visitorId: string, bucketingData?: Record<string, string>, amount?: number | string): VisitorEvent {
  const goalData = amount === undefined ? undefined : [{ key: 'amount' as const, value: amount }];
  return { ...common, visitorId, eventType: 'conversion', data: { goalId: 'buy', goalData, bucketingData } };
}

function enriched(event: VisitorEvent): VisitorEvent {
  return { ...event, enrichData: true };
}

function variation(events: readonly VisitorEvent[], variationId: string): VariationStatistics | undefined {
  const variations = summarize(events, project).experiences.flatMap((experience) => experience.variations);
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
    const events = [saw('v', 'a'), enriched(bought('v')), saw('v', 'c', 'y')];
    expect(variation(events, 'a')?.goals[0]?.conversions).toBe(1);
    expect(variation(events, 'c')?.goals[0]?.conversions).toBe(0);
  });

  it('credit nobody with a conversion that names nothing', () => {
    const events = [saw('v', 'a'), bought('v'), enriched(bought('stranger'))];
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
