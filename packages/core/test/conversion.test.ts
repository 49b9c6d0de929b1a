import { describe, expect, it } from 'vitest';
import { errorOf } from './support/errors.ts';
import { bench, MemoryStore } from './support/ports.ts';
import { shop, storeKey } from './support/project.ts';

async function goalDataOf(options: object): Promise<unknown> {
  const { core, transport } = bench(shop());
  core.createContext('visitor-1').trackConversion('purchase', options);
  await core.flush();
  const [first] = transport.events;
  return first && 'goalData' in first.event.data ? first.event.data.goalData : undefined;
}

describe('the outcome of a conversion', () => {
  it('says what happened, each time in the same form', () => {
    const { core } = bench(shop());
    const context = core.createContext('visitor-1');
    expect(context.trackConversion('purchase')).toEqual({ status: 'queued', tracked: true, reason: null });
    const missed = (status: string) => ({ status, tracked: false, reason: status });
    expect(context.trackConversion('purchase')).toEqual(missed('deduplicated'));
    expect(context.trackConversion('unknown')).toEqual(missed('goal_not_found'));
    expect(context.trackConversion('50')).toEqual(missed('goal_not_found'));
    core.setTracking('off');
    expect(context.trackConversion('signup')).toEqual(missed('tracking_off'));
    core.setTracking('hold');
    expect(context.trackConversion('signup').status).toBe('queued');
  });

  it('is announced when it is queued and only then', () => {
    const { core } = bench(shop());
    const heard: unknown[] = [];
    core.on('conversion', (payload) => heard.push(payload));
    const context = core.createContext('visitor-1');
    context.trackConversion('purchase');
    context.trackConversion('purchase');
    context.trackConversion('unknown');
    expect(heard).toEqual([{ visitorId: 'visitor-1', goalKey: 'purchase' }]);
  });
});

describe('a goal is counted once per visitor', () => {
  it('whatever revenue or data come with the repetition', async () => {
    const { core, transport } = bench(shop());
    const context = core.createContext('visitor-1');
    context.trackConversion('purchase', { revenue: 10 });
    expect(context.trackConversion('purchase', { revenue: 20 }).status).toBe('deduplicated');
    expect(context.trackConversion('purchase', { conversionData: { transactionId: 't-2' } }).status).toBe(
      'deduplicated',
    );
    expect(core.createContext('visitor-1').trackConversion('purchase').status).toBe('deduplicated');
    expect(core.createContext('visitor-2').trackConversion('purchase').status).toBe('queued');
    expect(context.trackConversion('signup').status).toBe('queued');
    await core.flush();
    expect(transport.events).toHaveLength(3);
  });

  it('by the goal’s id, not its key', () => {
    const dataStore = new MemoryStore();
    bench(shop(), { dataStore }).core.createContext('visitor-1').trackConversion('purchase');
    expect(dataStore.get(storeKey('visitor-1'))?.goals).toEqual({ '50': true });
    const renamed = {
      ...shop(),
      goals: [
        { id: '50', key: 'order' },
        { id: '99', key: 'purchase' },
      ],
    };
    const context = bench(renamed, { dataStore }).core.createContext('visitor-1');
    expect(context.trackConversion('order').status).toBe('deduplicated');
    expect(context.trackConversion('purchase').status).toBe('queued');
  });

  it('unless forceMultiple says otherwise, and the forced ones count as reached', async () => {
    const { core, transport } = bench(shop());
    const context = core.createContext('visitor-1');
    for (const revenue of [10, 20, 30]) {
      expect(context.trackConversion('purchase', { revenue, forceMultiple: true }).status).toBe('queued');
    }
    expect(context.trackConversion('purchase', { revenue: 40 }).status).toBe('deduplicated');
    expect(context.trackConversion('purchase', { forceMultiple: true }).status).toBe('queued');
    await core.flush();
    expect(transport.events.map(({ event }) => event.data)).toEqual(
      [10, 20, 30].map((value) => ({ goalId: '50', goalData: [{ key: 'amount', value }] })),
    );
  });
});

describe('revenue and data', () => {
  it('go out in wire form, revenue first', async () => {
    const conversionData = { transactionId: 't-1', productsCount: 3, customDimension1: 'x', customDimension5: 0 };
    expect(await goalDataOf({ revenue: 49.99, conversionData })).toEqual([
      { key: 'amount', value: 49.99 },
      { key: 'transactionId', value: 't-1' },
      { key: 'productsCount', value: 3 },
      { key: 'customDimension1', value: 'x' },
      { key: 'customDimension5', value: 0 },
    ]);
    expect(await goalDataOf({ revenue: 0 })).toEqual([{ key: 'amount', value: 0 }]);
    expect(await goalDataOf({ conversionData: { amount: 5 } })).toEqual([{ key: 'amount', value: 5 }]);
    expect(await goalDataOf({ revenue: 7, conversionData: { amount: 5 } })).toEqual([{ key: 'amount', value: 7 }]);
    expect(await goalDataOf({})).toBeUndefined();
    expect(await goalDataOf({ conversionData: {} })).toBeUndefined();
  });

  it('may be spelled in snake case', async () => {
    expect(await goalDataOf({ conversionData: { transaction_id: 't-1', items_count: 3 } })).toEqual([
      { key: 'transactionId', value: 't-1' },
      { key: 'productsCount', value: 3 },
    ]);
    expect(
      await goalDataOf({ conversionData: { products_count: '4', transactionId: 'a', transaction_id: 'b' } }),
    ).toEqual([
      { key: 'productsCount', value: '4' },
      { key: 'transactionId', value: 'a' },
    ]);
  });

  it('with keys the service does not know go out without them, with one warning per key and call', async () => {
    const { core, transport, logger } = bench(shop());
    const context = core.createContext('visitor-1');
    const conversionData = JSON.parse(
      '{"coupon":"secret-code","customDimension1":"d-1","constructor":"x","__proto__":"y"}',
    );
    context.trackConversion('purchase', { conversionData });
    context.trackConversion('purchase', { conversionData, forceMultiple: true });
    await core.flush();
    expect(transport.events.map(({ event }) => event.data)).toEqual(
      Array(2).fill({ goalId: '50', goalData: [{ key: 'customDimension1', value: 'd-1' }] }),
    );
    const dropped = {
      level: 'warn',
      message: 'conversionData has a key that the service does not know; it was left out.',
    };
    const keys = ['coupon', 'constructor', '__proto__'];
    expect(logger.records).toEqual([...keys, ...keys].map((key) => ({ ...dropped, details: { key } })));
  });

  it.each<[object, string]>([
    [{ revenue: '49.99' }, 'revenue must be a finite number, got string'],
    [{ revenue: null }, 'revenue must be a finite number, got null'],
    [{ revenue: Number.NaN }, 'revenue must be a finite number'],
    [{ revenue: Number.POSITIVE_INFINITY }, 'revenue must be a finite number'],
    [
      { conversionData: { transactionId: true } },
      'conversionData.transactionId must be a string or a finite number, got boolean',
    ],
    [
      { conversionData: { transactionId: null } },
      'conversionData.transactionId must be a string or a finite number, got null',
    ],
    [{ conversionData: { transactionId: undefined } }, 'conversionData.transactionId must be'],
    [{ conversionData: { productsCount: Number.NaN } }, 'conversionData.productsCount must be'],
    [
      { conversionData: { customDimension1: ['a'] } },
      'conversionData.customDimension1 must be a string or a finite number, got object',
    ],
    [
      { conversionData: { items_count: {} } },
      'conversionData.items_count must be a string or a finite number, got object',
    ],
    [{ conversionData: { unknown: 10n } }, 'conversionData.unknown must be a string or a finite number, got bigint'],
  ])('%o is refused and counts nothing', async (options, message) => {
    const { core, transport } = bench(shop());
    const context = core.createContext('visitor-1');
    expect(errorOf(() => context.trackConversion('purchase', options as never))).toContain(
      `conversion_data_invalid: ${message}`,
    );
    await core.flush();
    expect(transport.sent).toEqual([]);
    expect(context.trackConversion('purchase').status).toBe('queued');
  });

  it('that is not a number says so', () => {
    const context = bench(shop()).core.createContext('visitor-1');
    expect(errorOf(() => context.trackConversion('purchase', { revenue: Number.NaN }))).toContain('got NaN');
  });
});

describe('attribution', () => {
  it('credits the stored decisions of that moment, and omits what is empty', async () => {
    const { core, transport } = bench(shop());
    const context = core.createContext('visitor-1');
    context.trackConversion('signup');
    context.runExperience('checkout', { enableTracking: false });
    context.trackConversion('purchase');
    await core.flush();
    expect(transport.sent[0]?.body.visitors).toEqual([
      {
        visitorId: 'visitor-1',
        events: [
          { eventType: 'conversion', data: { goalId: '51' } },
          { eventType: 'conversion', data: { goalId: '50', bucketingData: { '20': '201' } } },
        ],
      },
    ]);
  });

  it('credits what was shown elsewhere beside the stored decisions, which count more', async () => {
    const { core, transport } = bench(shop());
    const context = core.createContext('visitor-1');
    context.runExperience('checkout');
    context.trackConversion('purchase', { exposed: { '10': '102', '20': '999' } });
    context.trackConversion('signup');
    await core.flush();
    expect(transport.events.slice(1).map(({ event }) => event.data)).toEqual([
      { goalId: '50', bucketingData: { '10': '102', '20': '201' } },
      { goalId: '51', bucketingData: { '20': '201' } },
    ]);
  });

  it('carries the latest report segments, attributes under segments, and no other names', async () => {
    const { core, transport } = bench(shop());
    const context = core.createContext('visitor-1', {
      country: 'US',
      browser: 'CH',
      plan: 'pro',
      email: 'a@b.example',
    });
    context.runExperience('checkout');
    context.setSegments({ country: 'DE', loyalty_tier: 'gold', devices: ['DESK'], visitorType: '' });
    context.runCustomSegments(['germans'], { ruleData: { country: 'DE' } });
    context.trackConversion('purchase');
    await core.flush();
    expect(transport.sent[0]?.body.visitors[0]?.segments).toEqual({
      country: 'DE',
      browser: 'CH',
      devices: ['DESK'],
      customSegments: ['60'],
    });
    expect(JSON.stringify(transport.sent)).not.toMatch(/gold|pro"|a@b/);
  });
});
