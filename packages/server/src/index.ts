export { addressAfterPreview } from '@convert-fullstack/core/bridge';
export { isBot } from './bots.ts';
export { browserPayload } from './browser-payload.ts';
export { decideRequest, originalPayload, type ReadAttributes, type RequestToDecide } from './decide-request.ts';
export { forgetVisitor } from './forget-visitor.ts';
export { previewCookieHeader, previewCookies, previewsOf } from './preview.ts';
export { publicUrl } from './public-url.ts';
export { goalIdOf, type Receipt, type ReceiptCookie, readReceipt, receiptCookie, withArrived } from './receipt.ts';
export { type RequestToRecognize, type RequestVisitor, recognizeVisitor, withVisitorId } from './recognize-visitor.ts';
export { type BrowserConversions, createRelay, type Relay, type RelayOptions, type RelayRefusal } from './relay.ts';
export { RELAY_MAX_EVENTS } from './relay-schema.ts';
export { type RequestFacts, type RequestToDescribe, requestAttributes } from './request-attributes.ts';
export { type RequestToRead, requestSource } from './request-source.ts';
export { createUserAgentParser, type ParseUserAgent, type UserAgent } from './user-agent.ts';
export {
  carriedVisitorId,
  VISITOR_FIELD,
  VISITOR_HEADER,
  visitorHeaders,
  visitorMetadata,
} from './visitor-carrier.ts';
export {
  type CookieAttributes,
  requestCookieHeader,
  VISITOR_COOKIE,
  visitorCookies,
} from './visitor-cookies.ts';
export { isVisitorId, newVisitorId, visitorRefOf } from './visitor-id.ts';
export type { CookieOptions, RequestSource, VisitorOptions } from './visitor-options.ts';
export { verifyWebhook } from './webhook.ts';
export {
  githubWebhook,
  shopifyWebhook,
  standardWebhook,
  stripeWebhook,
  type WebhookScheme,
  type WebhookSecret,
  type WebhookTimestamp,
  wooCommerceWebhook,
} from './webhook-schemes.ts';
