// @vitest-environment edge-runtime
import { expect, it } from 'vitest';
import { carriedVisitorId, visitorHeaders } from '../src/visitor-carrier.ts';
import { verifyWebhook } from '../src/webhook.ts';
import { githubWebhook } from '../src/webhook-schemes.ts';

const SIGNATURE = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';

const greeting = (body: string) =>
  new Request('https://shop.example/', { method: 'POST', body, headers: { 'x-hub-signature-256': SIGNATURE } });

it('webhooks are verified in an edge runtime', async () => {
  expect('EdgeRuntime' in globalThis).toBe(true);
  const scheme = githubWebhook("It's a Secret to Everybody");
  expect(await verifyWebhook(greeting('Hello, World!'), scheme)).toBe('Hello, World!');
  expect(await verifyWebhook(greeting('Hello, World?'), scheme)).toBeNull();
});

it('visitors are carried in an edge runtime', () => {
  const request = new Request('https://orders.example/', { headers: visitorHeaders('visitor-1') });
  expect(carriedVisitorId(request)).toBe('visitor-1');
  expect(carriedVisitorId(new URLSearchParams('cv_vid=visitor-2'))).toBe('visitor-2');
});
