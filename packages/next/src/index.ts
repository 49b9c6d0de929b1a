export type {
  Assignment,
  Attributes,
  Consent,
  ConversionOptions,
  ConversionResult,
  CoreOptions,
  FeatureResult,
  Health,
  Payload,
} from '@convert-fullstack/core';
// All of it: only so can an app's `declare module '@convert-fullstack/next' { interface Register … }` reach the original.
export type * from '@convert-fullstack/core/register';
export {
  type CookieOptions,
  carriedVisitorId,
  githubWebhook,
  isBot,
  type ReadAttributes,
  type RequestSource,
  shopifyWebhook,
  standardWebhook,
  stripeWebhook,
  verifyWebhook,
  visitorHeaders,
  visitorMetadata,
  type WebhookScheme,
  wooCommerceWebhook,
} from '@convert-fullstack/server';
export type { TrackOptions } from './conversions.ts';
export { type Convert, createConvert } from './create-convert.ts';
export type { RouteHandlers } from './handlers.ts';
export type { BrowserConversions, ConvertOptions } from './options.ts';
export type { ReadOptions } from './page-visits.ts';
export type { ConvertProxy, ProxyHandler, ProxyOptions } from './proxy.ts';
export type { ProxyVisitor } from './proxy-visitor.ts';
export type { StaticDecisions, StaticVariants, StaticVariantsOptions } from './static-variants.ts';
export type { ReadPayloadOptions, TypedFeature } from './visits.ts';
