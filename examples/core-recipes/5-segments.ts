// Gives a visitor report segments, and finds out which custom segments the visitor belongs to.
import assert from 'node:assert/strict';
import { Core, type CustomSegmentsResult } from '@convert-fullstack/core';
import { memoryTransport } from '@convert-fullstack/core/testing';
import { shopProject } from './project.ts';

const core = await new Core({ data: shopProject, transport: memoryTransport() }).initialize();
const context = core.createContext('visitor-abc');

// Default segments: for reports and attribution, strictly separate from attributes
context.setSegments({ customerType: 'vip', loyalty_tier: 'gold' });
console.log(context.defaultSegments); // { customerType: 'vip', loyalty_tier: 'gold' }
assert.deepEqual(context.attributes, {});

// The next context of this visitor sees attributes and segments
context.setAttributes({ beta: true });
const next = core.createContext('visitor-abc');
assert.deepEqual(next.attributes, { beta: true });
assert.deepEqual(next.defaultSegments, context.defaultSegments);

// Custom segments: ruleData counts for this call only
const result: CustomSegmentsResult = context.runCustomSegments(['us-visitors', 'premium-plan'], {
  ruleData: { country: 'US', plan: 'pro' },
});
console.log(result.matchedSegmentIds); // [ '700001' ]: matched by this call
console.log(result.matched); // true
assert.equal(context.attributes.country, undefined);

// A segment the visitor is in already is not added again
const again = context.runCustomSegments(['us-visitors'], { ruleData: { country: 'US' } });
assert.deepEqual(again.matchedSegmentIds, []);
assert.deepEqual(context.defaultSegments.customSegments, ['700001']);

// No match is an empty result, not an error
const miss = core.createContext('visitor-def').runCustomSegments(['us-visitors'], { ruleData: { country: 'DE' } });
assert.equal(miss.matched, false);
assert.deepEqual(miss.matchedSegmentIds, []);

await core.close();
