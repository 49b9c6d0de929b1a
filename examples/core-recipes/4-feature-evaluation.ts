// Resolves features and their typed variables from the variations the visitor has.
import assert from 'node:assert/strict';
import { Core, type FeatureResult } from '@convert-fullstack/core';
import { memoryTransport } from '@convert-fullstack/core/testing';
import { shopProject } from './project.ts';

const core = await new Core({ data: shopProject, transport: memoryTransport() }).initialize();
const context = core.createContext('visitor-abc');

const feature: FeatureResult | null = context.runFeature('checkout-banner');

if (feature === null) {
  // not declared, or none of the visitor's variations switches it on
} else {
  assert.equal(feature.status, 'enabled');
  console.log(feature.featureKey); // checkout-banner
  console.log(feature.featureId); // 300001
  console.log(feature.experienceKey); // checkout-experiment: which experience supplied it
  console.log(feature.variationKey); // treatment

  // Cast to the types that the feature declares: string, boolean, integer
  const { headline, enabled, max_items } = feature.variables;
  console.log(headline, enabled, max_items); // Free returns true 3
}
assert.equal(context.runFeature('loyalty-club'), null);
assert.equal(context.runFeature('no-such-feature'), null);

// All applicable features
for (const { featureKey, status, variables } of context.runFeatures()) {
  console.log(featureKey, status, variables);
}

// The same overlays as for experiences
const options = { attributes: { country: 'DE' }, locationAttributes: { url: '/pricing' } };
assert.deepEqual(context.runFeature('checkout-banner', options), feature);
assert.deepEqual(context.runFeatures(options), [feature]);

await core.close();
