// Tracks conversions: once per visitor, with revenue and data, repeatedly, and credited to what the visitor saw.
import assert from 'node:assert/strict';
import { type ConversionResult, ConvertError, Core } from '@convert-fullstack/core';
import { memoryTransport } from '@convert-fullstack/core/testing';
import { shopProject } from './project.ts';

const transport = memoryTransport();
const core = await new Core({ data: shopProject, transport }).initialize();

// The outcome is a value: queued, or why not
const context = core.createContext('visitor-abc');
for (const goalKey of ['purchase_completed', 'purchase_completed', 'no-such-goal']) {
  const result: ConversionResult = context.trackConversion(goalKey);
  if (result.status === 'queued') console.log('queued:', result.tracked);
  else if (result.status === 'deduplicated') console.log('duplicate:', result.reason);
  else if (result.status === 'goal_not_found') console.log('missing:', result.reason);
}

// Conversion with revenue
const paying = core.createContext('visitor-def').trackConversion('purchase_completed', { revenue: 49.99 });
assert.equal(paying.tracked, true);

// Revenue with custom conversion data: strings and finite numbers (transaction_id and items_count are understood, too)
const detailed = core.createContext('visitor-ghi').trackConversion('purchase_completed', {
  revenue: 149,
  conversionData: { transactionId: 'txn-abc-123', productsCount: 3 },
});
assert.equal(detailed.tracked, true);

// Anything else is a mistake, for the compiler and at run time
assert.throws(
  // @ts-expect-error a boolean is neither a string nor a number
  () => context.trackConversion('add_to_cart', { conversionData: { customDimension1: true } }),
  (error) => error instanceof ConvertError && error.code === 'conversion_data_invalid',
);

// Allowing repeated transactions
const buyer = core.createContext('visitor-jkl');
buyer.trackConversion('purchase_completed', { revenue: 49.99 });
const again = buyer.trackConversion('purchase_completed', {
  revenue: 29.99,
  conversionData: { transactionId: 'txn-2' },
  forceMultiple: true, // counts although this visitor reached the goal before
});
assert.equal(again.tracked, true);

// Attribution: segments and decisions first, then the conversion that they explain
const attributed = core.createContext('visitor-mno');
attributed.setSegments({ country: 'US' });
attributed.runExperience('homepage-test');
attributed.trackConversion('purchase_completed');

await core.flush();
for (const { visitorId, eventType, data } of transport.events) console.log(visitorId, eventType, JSON.stringify(data));
const visitors = transport.sent.flatMap(({ body }) => body.visitors);
console.log(visitors.find(({ visitorId }) => visitorId === 'visitor-mno')?.segments); // { country: 'US' }

await core.close();
