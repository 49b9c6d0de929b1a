// Tells why an experience or feature did not resolve, without raising and without leaving a trace.
import { Core, type Diagnostic } from '@convert-fullstack/core';
import { memoryTransport } from '@convert-fullstack/core/testing';
import { shopProject } from './project.ts';

const core = await new Core({ data: shopProject, transport: memoryTransport() }).initialize();
const context = core.createContext('visitor-abc', { country: 'US' });

// Every miss is an event as well, for logs and dashboards
const misses: string[] = [];
core.on('diagnostic', ({ reason }) => misses.push(reason));

// Experience
const diagnostic: Diagnostic = context.diagnoseExperience('geo-experiment');
console.log(diagnostic.resolved); // false: true only when resolved
console.log(diagnostic.reason); // audience_mismatch
console.log(diagnostic.message); // for people
console.log(diagnostic.details); // keys and numbers, no visitor id and no attributes

const asked = {
  resolved: context.diagnoseExperience('checkout-experiment'),
  overlay: context.diagnoseExperience('geo-experiment', { attributes: { country: 'DE' } }),
  experience: context.diagnoseExperience('no-such-experience'),
  location: context.diagnoseExperience('landing-page-test'),
  traffic: context.diagnoseExperience('autumn-test'),

  // Feature: resolved, feature_not_found or feature_not_in_selected_variations
  feature: context.diagnoseFeature('checkout-banner'),
  unknownFeature: context.diagnoseFeature('no-such-feature'),
  unusedFeature: context.diagnoseFeature('loyalty-club'),

  // Goal: resolved or goal_not_found
  goal: context.diagnoseGoal('purchase_completed'),
  unknownGoal: context.diagnoseGoal('no-such-goal'),

  // Any entity of the config, by key or id: resolved or entity_not_found
  entity: context.diagnoseEntity('experience', 'checkout-experiment'),
  entityById: context.diagnoseEntity('experiences', '100342'),
  unknownEntity: context.diagnoseEntity('experience', 'purchase_completed'),
};
for (const [name, { reason }] of Object.entries(asked)) console.log(`${name}: ${reason}`);
console.log(misses.length, 'misses heard');

// Before a config is there, everything is a miss with the same reason
const waiting = new Core({ sdkKey: 'not-initialized', transport: memoryTransport() });
console.log(waiting.createContext('visitor-abc').diagnoseExperience('checkout-experiment').reason); // config_unavailable

await waiting.close();
await core.close();
