// Ends Core without losing an event: flush first, then close.
import assert from 'node:assert/strict';
import { Core } from '@convert-fullstack/core';
import { memoryTransport } from '@convert-fullstack/core/testing';
import { shopProject } from './project.ts';

// Explicit call
{
  const transport = memoryTransport();
  const core = await new Core({ data: shopProject, transport, autoFlushIntervalMs: 5_000 }).initialize();
  core.createContext('visitor-abc').trackConversion('purchase_completed');

  await core.flush(); // deliver what is still queued
  await core.close(); // then stop timers and requests
  await core.close(); // closing twice does no harm
  console.log('delivered:', transport.events.length);
}

// close() sends nothing by itself
{
  const transport = memoryTransport();
  const core = await new Core({ data: shopProject, transport }).initialize();
  core.createContext('visitor-abc').trackConversion('purchase_completed');
  await core.close();
  assert.equal(transport.sent.length, 0);
}

// Block form: close() is called at the end of the block
const transport = memoryTransport();
{
  await using core = await new Core({ data: shopProject, transport }).initialize();
  core.createContext('visitor-abc').trackConversion('purchase_completed');
  await core.flush();
}
console.log('delivered:', transport.events.length);
