// Creates a context for one visitor, reads what it knows about the visitor, and adds to it.
import { Core } from '@convert-fullstack/core';
import { memoryTransport } from '@convert-fullstack/core/testing';
import { shopProject } from './project.ts';

const core = await new Core({ data: shopProject, transport: memoryTransport() }).initialize();

// Creating a visitor context: bound to the current config, attributes are copied
const context = core.createContext('visitor-abc', { country: 'US', plan: 'pro' });

console.log(context.visitorId); // visitor-abc
console.log(context.attributes); // { country: 'US', plan: 'pro' }
console.log(context.defaultSegments); // {}: segments are separate

// Updating stored attributes: merged, and kept in the DataStore for later contexts of this visitor
context.setAttributes({ plan: 'enterprise', beta: true });
console.log(context.attributes); // { country: 'US', plan: 'enterprise', beta: true }

const later = core.createContext('visitor-abc');
console.log(later.attributes.plan, later.attributes.beta); // enterprise true

await core.close();
