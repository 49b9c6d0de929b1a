import { cookies } from 'next/headers';
import { sendToCollector } from '../../naive/send-to-collector';

/** Where the naive tracker of the browser reports. */
export async function POST(request: Request) {
  const visitorId = (await cookies()).get('cv_vid')?.value;
  if (visitorId !== undefined) await sendToCollector(visitorId, await request.json());
  return new Response(null, { status: 204 });
}
