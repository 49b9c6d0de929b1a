// Decides experiences: one, with other attributes, all of them, by location, and without reporting it.
import assert from 'node:assert/strict';
import { Core, type ExperienceResult } from '@convert-fullstack/core';
import { memoryTransport } from '@convert-fullstack/core/testing';
import { shopProject } from './project.ts';

const transport = memoryTransport();
const core = await new Core({ data: shopProject, transport }).initialize();
const context = core.createContext('visitor-abc', { country: 'US' });

// Single experience: null is a normal outcome, not an error
const result: ExperienceResult | null = context.runExperience('checkout-experiment');

if (result === null) {
  // the visitor did not qualify
} else {
  console.log(result.experienceKey); // checkout-experiment
  console.log(result.experienceId); // 100342
  console.log(result.variationKey); // treatment (null if the config has no key)
  console.log(result.variationId); // 10034202
  console.log(Object.isFrozen(result.variation)); // true: the variation as the config has it, read-only
}
assert.equal(context.runExperience('autumn-test'), null); // outside the traffic
assert.equal(context.runExperience('no-such-experience'), null);

// Per-call attribute overlay: this call only, the context is unchanged
const german = context.runExperience('geo-experiment', { attributes: { country: 'DE' } });
assert.equal(german?.variationKey, 'german');
assert.equal(context.attributes.country, 'US');

// All applicable experiences: an empty list when there is none
for (const { experienceKey, variationKey } of context.runExperiences()) {
  console.log(experienceKey, '->', variationKey);
}

// Location rules, for one experience and for all
const landing = context.runExperience('landing-page-test', { locationAttributes: { url: '/pricing' } });
console.log(landing?.variationKey); // short
console.log(context.runExperiences({ locationAttributes: { url: '/pricing' } }).length); // 3

// Evaluate without reporting: decided, remembered and announced as always, but no event is queued
core.on('bucketing', ({ experienceKey }) => console.log('decided:', experienceKey));
const silent = core.createContext('visitor-without-consent');
silent.runExperience('homepage-test', { enableTracking: false });
console.log(silent.runExperiences({ enableTracking: false }).length); // 2

await core.flush();
console.log(new Set(transport.events.map(({ visitorId }) => visitorId))); // only visitor-abc

await core.close();
