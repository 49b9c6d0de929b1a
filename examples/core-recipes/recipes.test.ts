import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { startLocalConvert } from './local-convert.ts';

let local: Awaited<ReturnType<typeof startLocalConvert>>;
const printed: string[] = [];

beforeAll(async () => {
  local = await startLocalConvert();
  vi.stubEnv('CONVERT_SDK_KEY', 'key-of-the-test');
  vi.stubEnv('CONVERT_CONFIG_URL', local.configUrl);
  // Whatever a recipe asks for by network must be on this machine.
  const { fetch } = globalThis;
  vi.stubGlobal('fetch', (input: string, init: RequestInit) => {
    expect(input.startsWith(local.configUrl)).toBe(true);
    return fetch(input, init);
  });
  vi.spyOn(console, 'log').mockImplementation((...values: unknown[]) => {
    printed.push(values.map((value) => (typeof value === 'string' ? value : inspect(value))).join(' '));
  });
});

beforeEach(() => {
  printed.length = 0;
});

afterAll(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  local.close();
});

it('1: Core starts with a config, by SDK key, for one block, and refreshes itself', async () => {
  await import('./1-initialization.ts');
  expect(printed).toEqual(['null', 'config swapped', '2002 1001']);
});

it('2: a context knows its visitor, and later contexts see what was set', async () => {
  await import('./2-visitor-context.ts');
  expect(printed).toEqual([
    'visitor-abc',
    "{ country: 'US', plan: 'pro' }",
    '{}',
    "{ country: 'US', plan: 'enterprise', beta: true }",
    'enterprise true',
  ]);
});

it('3: experiences resolve one by one, all together, by attribute, by location, and unreported', async () => {
  await import('./3-experience-evaluation.ts');
  expect(printed).toEqual([
    ...['checkout-experiment', '100342', 'treatment', '10034202', 'true'],
    ...['checkout-experiment -> treatment', 'homepage-test -> bold'],
    ...['short', '3'],
    ...['decided: homepage-test', 'decided: checkout-experiment', 'decided: homepage-test', '2'],
    "Set(1) { 'visitor-abc' }",
  ]);
});

it('4: features come with typed variables', async () => {
  await import('./4-feature-evaluation.ts');
  expect(printed).toEqual([
    ...['checkout-banner', '300001', 'checkout-experiment', 'treatment', 'Free returns true 3'],
    "checkout-banner enabled { headline: 'Free returns', enabled: true, max_items: 3 }",
  ]);
});

it('5: segments stay apart from attributes, and custom segments match by rule', async () => {
  await import('./5-segments.ts');
  expect(printed).toEqual(["{ customerType: 'vip', loyalty_tier: 'gold' }", "[ '700001' ]", 'true']);
});

it('6: conversions are typed outcomes, deduplicated, repeatable and attributed', async () => {
  await import('./6-conversion-tracking.ts');
  expect(printed).toEqual([
    ...['queued: true', 'duplicate: deduplicated', 'missing: goal_not_found'],
    'visitor-abc conversion {"goalId":"400001"}',
    'visitor-def conversion {"goalId":"400001","goalData":[{"key":"amount","value":49.99}]}',
    'visitor-ghi conversion {"goalId":"400001","goalData":[{"key":"amount","value":149},' +
      '{"key":"transactionId","value":"txn-abc-123"},{"key":"productsCount","value":3}]}',
    'visitor-jkl conversion {"goalId":"400001","goalData":[{"key":"amount","value":49.99}]}',
    'visitor-jkl conversion {"goalId":"400001","goalData":[{"key":"amount","value":29.99},' +
      '{"key":"transactionId","value":"txn-2"}]}',
    'visitor-mno bucketing {"experienceId":"100004","variationId":"10000401"}',
    'visitor-mno conversion {"goalId":"400001","bucketingData":{"100004":"10000401"}}',
    "{ country: 'US' }",
  ]);
});

it('7: the queue is released on request, by size and by timer', async () => {
  await import('./7-queue-control.ts');
  expect(printed).toEqual(['1 request with 2 events', 'released by itself: 25', 'released by the timer: 1']);
});

it('8: handlers hear of the config, of conversions, and of deliveries that fail and succeed', async () => {
  await import('./8-lifecycle-events.ts');
  expect(printed).toEqual([
    'ready',
    'config swapped: project=2002 experiences=5',
    'conversion queued: visitor=visitor-abc goal=purchase_completed',
    'conversion queued: visitor=visitor-def goal=add_to_cart',
    'delivery failed: status=503 retries=0',
    'delivered batch: reason=explicit events=2 visitors=2',
  ]);
});

it('9: diagnostics name the reason of every miss', async () => {
  await import('./9-diagnostics.ts');
  expect(printed.slice(0, 3)).toEqual([
    'false',
    'audience_mismatch',
    "The visitor's attributes do not match the experience's audiences.",
  ]);
  expect(printed[3]).toMatch(/^\{ experienceKey: 'geo-experiment', bucket: \d+ \}$/);
  expect(printed.slice(4)).toEqual([
    'resolved: resolved',
    'overlay: resolved',
    'experience: experience_not_found',
    'location: location_mismatch',
    'traffic: not_in_traffic',
    'feature: resolved',
    'unknownFeature: feature_not_found',
    'unusedFeature: feature_not_in_selected_variations',
    'goal: resolved',
    'unknownGoal: goal_not_found',
    'entity: resolved',
    'entityById: resolved',
    'unknownEntity: entity_not_found',
    '8 misses heard',
    'config_unavailable',
  ]);
});

it('10: flush and close lose nothing', async () => {
  await import('./10-graceful-shutdown.ts');
  expect(printed).toEqual(['delivered: 1', 'delivered: 1']);
});
