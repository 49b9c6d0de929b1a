// A nightly job: `node job.mjs < renewals.jsonl` reports renewed memberships, one JSON object in each line.
import process from 'node:process';
import { createInterface } from 'node:readline';
import { createCore } from './convert.mjs';

const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort());

const core = await createCore().initialize();
try {
  for await (const line of createInterface({ input: process.stdin, signal: stopping.signal })) {
    const { visitorId, transactionId, revenue } = JSON.parse(line);
    const context = core.createContext(visitorId);
    const { status } = context.trackConversion('membership-annual', { revenue, conversionData: { transactionId } });
    console.log(transactionId, status);
  }
} finally {
  await core.flush();
  await core.close();
}
