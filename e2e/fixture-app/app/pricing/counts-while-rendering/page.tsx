import { once } from 'node:events';
import { request } from 'node:http';
import { cookies } from 'next/headers';
import { after } from 'next/server';
import { Suspense } from 'react';
import { convert } from '@/convert';

const { CONVERT_SDK_KEY = 'demo', CONVERT_TRACK_URL } = process.env;

/** The mistake that the tests must notice: a server that counts whenever it renders, also for a link nobody follows. */
export default function CountsWhileRenderingPage() {
  return (
    <Suspense>
      <Counted />
    </Suspense>
  );
}

async function Counted() {
  const pricing = await convert.experience('pricing-page');
  const visitorId = (await cookies()).get('cv_vid')?.value;
  if (pricing && visitorId) after(() => report(visitorId, pricing));
  return <p data-testid="counted">{pricing?.variationKey}</p>;
}

async function report(visitorId: string, shown: { experienceId: string; variationId: string }): Promise<void> {
  const { experienceId, variationId } = shown;
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
