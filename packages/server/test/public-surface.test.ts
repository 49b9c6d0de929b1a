import { expect, it } from 'vitest';
import * as surface from '../src/index.ts';

it('exports exactly this', () => {
  expect(Object.keys(surface).sort()).toEqual([
    'RELAY_MAX_EVENTS',
    'VISITOR_COOKIE',
    'VISITOR_FIELD',
    'VISITOR_HEADER',
    'browserPayload',
    'carriedVisitorId',
    'createRelay',
    'decideRequest',
    'githubWebhook',
    'goalIdOf',
    'isBot',
    'isVisitorId',
    'newVisitorId',
    'originalPayload',
    'publicUrl',
    'readReceipt',
    'receiptCookie',
    'recognizeVisitor',
    'requestAttributes',
    'requestCookieHeader',
    'requestSource',
    'shopifyWebhook',
    'standardWebhook',
    'stripeWebhook',
    'verifyWebhook',
    'visitorCookies',
    'visitorHeaders',
    'visitorMetadata',
    'visitorRefOf',
    'withArrived',
    'withVisitorId',
    'wooCommerceWebhook',
  ]);
});
