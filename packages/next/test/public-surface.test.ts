import { expect, it } from 'vitest';
import * as surface from '../src/index.ts';
import { convertWith } from './fixtures.ts';

it('exports exactly this', () => {
  expect(Object.keys(surface).sort()).toEqual([
    'carriedVisitorId',
    'createConvert',
    'githubWebhook',
    'isBot',
    'shopifyWebhook',
    'standardWebhook',
    'stripeWebhook',
    'verifyWebhook',
    'visitorHeaders',
    'visitorMetadata',
    'wooCommerceWebhook',
  ]);
  expect(Object.keys(convertWith()).sort()).toEqual([
    'experience',
    'feature',
    'handlers',
    'health',
    'payload',
    'proxy',
    'staticVariants',
    'trackConversion',
    'visitor',
  ]);
});
