// First, because Next.js looks for what this provides as soon as it is loaded.
import '../../../../packages/next/test/async-storage.ts';
import { NextRequest } from 'next/server.js';
import { inRequest } from '../../../../packages/next/test/request-scope.ts';
import { POST } from '../../next-route.mjs';

const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

/** Has the route answer an order inside a request of Next.js; `afterResponse` runs what it left to `after()`. */
export async function answerInNext({ visitorId, ...order }) {
  const request = new NextRequest('https://shop.example/orders', {
    method: 'POST',
    headers: { cookie: `cv_vid=${visitorId}`, 'user-agent': BROWSER, 'content-type': 'application/json' },
    body: JSON.stringify(order),
  });
  const { result: response, afterResponse } = await inRequest(request, () => POST(request));
  return { answer: { status: response.status, body: await response.json() }, afterResponse };
}
