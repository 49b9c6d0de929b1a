// Decides when queued events leave: on request, when a batch is full, or on a timer.
import assert from 'node:assert/strict';
import { Core } from '@convert-fullstack/core';
import { manualClock, memoryTransport } from '@convert-fullstack/core/testing';
import { shopProject } from './project.ts';

// Explicit flush
{
  const transport = memoryTransport();
  const core = await new Core({ data: shopProject, transport }).initialize();
  const context = core.createContext('visitor-abc');
  context.trackConversion('purchase_completed', { revenue: 49.99 });
  context.trackConversion('add_to_cart');

  await core.flush(); // delivers all queued events
  await core.flush(); // nothing queued: no request, no error
  console.log(transport.sent.length, 'request with', transport.events.length, 'events');
  await core.close();
}

// Batch-size automatic release
{
  const transport = memoryTransport();
  const core = await new Core({ data: shopProject, transport, batchSize: 25 }).initialize();
  const released = new Promise<number>((resolve) => core.on('queueReleased', (batch) => resolve(batch.eventCount)));
  for (let visitor = 1; visitor <= 25; visitor++)
    core.createContext(`visitor-${visitor}`).trackConversion('add_to_cart');
  console.log('released by itself:', await released);
  await core.close();
}

// Periodic auto-flush, for long-lived servers; leave it out in short-lived runtimes
{
  const clock = manualClock(); // five seconds at once; leave it out for real time
  const transport = memoryTransport();
  const core = await new Core({ data: shopProject, transport, clock, autoFlushIntervalMs: 5_000 }).initialize();
  core.createContext('visitor-abc').trackConversion('add_to_cart');
  await clock.advance(5_000);
  console.log('released by the timer:', transport.events.length);
  await core.close();
}

// Recommended flush points. A serverless function flushes at the end of its handler, before it returns:
{
  const transport = memoryTransport();
  const core = await new Core({ data: shopProject, transport }).initialize();
  const handler = async (visitorId: string): Promise<string> => {
    try {
      return core.createContext(visitorId).runExperience('homepage-test')?.variationKey ?? 'original';
    } finally {
      await core.flush();
    }
  };
  assert.equal(await handler('visitor-abc'), 'bold');
  assert.equal(transport.events.length, 1);
  await core.close();
}

// A script does in `finally` after its main work, a route handler in `finally` or after the response (`after` in Next.js).
{
  const transport = memoryTransport();
  await using core = await new Core({ data: shopProject, transport }).initialize();
  try {
    core.createContext('visitor-abc').trackConversion('purchase_completed');
  } finally {
    await core.flush();
  }
  assert.equal(transport.events.length, 1);
}
