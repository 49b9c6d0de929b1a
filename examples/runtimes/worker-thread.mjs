// The thread that worker.mjs starts. Signals reach the main thread only, so it is told to stop by a message.
import { parentPort } from 'node:worker_threads';
import { createCore } from './convert.mjs';

const core = await createCore({ autoFlushIntervalMs: 1_000 }).initialize();

parentPort.on('message', async (order) => {
  if (order !== 'stop') return handle(order);
  parentPort.close();
  await core.flush();
  await core.close();
});

function handle({ visitorId, transactionId, revenue }) {
  const context = core.createContext(visitorId);
  const { status } = context.trackConversion('purchase', { revenue, conversionData: { transactionId } });
  console.log(transactionId, status);
}
