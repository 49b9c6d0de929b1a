import type { Payload } from '@convert-fullstack/next';
import { cookies } from 'next/headers';
import { after } from 'next/server';
import { MISTAKE_COOKIE, type Mistake } from './mistake';
import { sendToCollector } from './send-to-collector';

/** Counts what the server renders, also for a link that nobody follows, if the visitor's cookie asks for this mistake. */
export async function countWhileServing({ visitorId, experiences }: Payload): Promise<void> {
  const mistake = (await cookies()).get(MISTAKE_COOKIE)?.value;
  if (visitorId === null || mistake !== ('on-the-server' satisfies Mistake)) return;
  for (const exposed of experiences) after(() => sendToCollector(visitorId, exposed));
}
