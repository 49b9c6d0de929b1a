import { once } from 'node:events';
import { request } from 'node:http';
import type { Exposed } from './mistake';

const { CONVERT_SDK_KEY = 'demo', CONVERT_TRACK_URL } = process.env;

/** Past the relay, which would count an exposure only once. */
export async function sendToCollector(visitorId: string, { experienceId, variationId }: Exposed): Promise<void> {
  const event = { eventType: 'bucketing', data: { experienceId, variationId } };
  const project = { accountId: '30098000', projectId: '30098100', enrichData: true, source: 'fixture-app' };
  // Not by fetch(), which Next.js lets fail in prefetches.
  const sending = request(`${CONVERT_TRACK_URL}/track/${CONVERT_SDK_KEY}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'ConvertAgent/1.0' },
  });
  sending.end(JSON.stringify({ ...project, visitors: [{ visitorId, events: [event] }] }));
  const [answer] = await once(sending, 'response');
  answer.resume();
}
