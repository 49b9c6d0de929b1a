// A serverless function: between two calls its process stands still, timers and requests included.
import { createCore } from './convert.mjs';

const core = createCore({ retry: { maxMs: 2_000 } });

export async function handler({ visitorId, transactionId, revenue }) {
  await core.initialize();
  try {
    const context = core.createContext(visitorId);
    const { status } = context.trackConversion('purchase', { revenue, conversionData: { transactionId } });
    return { statusCode: 201, body: JSON.stringify({ status }) };
  } finally {
    await core.flush();
  }
}
