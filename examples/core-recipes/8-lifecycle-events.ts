// Listens to what Core does: the config, conversions, and deliveries that succeed or fail.
import { type ConfigSnapshot, Core, type CoreEvents, type QueueReleased } from '@convert-fullstack/core';
import { memoryTransport } from '@convert-fullstack/core/testing';
import { shopProject } from './project.ts';

function onQueueReleased(payload: QueueReleased, error?: unknown): void {
  if (error !== undefined) {
    console.log(`delivery failed: status=${payload.statusCode} retries=${payload.retryAttempts}`);
  } else {
    const { reason, eventCount, visitorCount } = payload;
    console.log(`delivered batch: reason=${reason} events=${eventCount} visitors=${visitorCount}`);
  }
}

function onConversion({ visitorId, goalKey }: CoreEvents['conversion']): void {
  console.log(`conversion queued: visitor=${visitorId} goal=${goalKey}`);
}

function onConfigUpdated({ projectId, entityCounts }: ConfigSnapshot): void {
  console.log(`config swapped: project=${projectId} experiences=${entityCounts.experience}`);
}

// The collector is away for the first request; Core keeps the events and tries again
const transport = memoryTransport({ answers: [503, 200] });
const core = new Core({ data: shopProject, transport, retry: { baseMs: 10 }, logLevel: 'silent' });

// Safe before initialize()
core.on('ready', () => console.log('ready'));
core.on('configUpdated', onConfigUpdated);
core.on('conversion', onConversion);
core.on('queueReleased', onQueueReleased);

// A handler that throws harms nobody, and on() returns its own undo
const off = core.on('conversion', () => {
  throw new Error('a mistake in a handler');
});

await core.initialize();
const context = core.createContext('visitor-abc');
context.trackConversion('purchase_completed');
context.trackConversion('purchase_completed'); // deduplicated: no event
context.trackConversion('no-such-goal'); // a miss: no event
off();
core.createContext('visitor-def').trackConversion('add_to_cart');

await core.flush();
await core.close();
