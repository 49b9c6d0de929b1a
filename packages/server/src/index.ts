export {
  type AttributeSource,
  decideRequest,
  originalPayload,
  type ReadAttributes,
  type RequestToDecide,
} from './decide-request.ts';
export { publicUrl } from './public-url.ts';
export { type RelayOptions, type RelayRefusal, relay } from './relay.ts';
export { RELAY_MAX_EVENTS } from './relay-schema.ts';
export { type RequestFacts, type RequestToDescribe, requestAttributes } from './request-attributes.ts';
export {
  type CookieOptions,
  isVisitorId,
  type RequestVisitor,
  readVisitor,
  VISITOR_COOKIE,
  visitorCookie,
  visitorIdOf,
  withVisitorCookie,
} from './visitor-id.ts';
