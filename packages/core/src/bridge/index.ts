export { ConvertError, type ConvertErrorCode } from '../errors.ts';
export {
  type ConversionMiss,
  type ConversionOptions,
  type ConversionResult,
  checkConversion,
  conversionMissed,
  conversionQueued,
} from './conversion.ts';
export { PREVIEW_PARAM, THROWN_COOKIE } from './cookies.ts';
export { type PageVisitor, readPageVisitor, type StaticPayload, writePageVisitor } from './page-visitor.ts';
export { type AssignedFeature, type Assignment, type Consent, type Payload, visitorOf } from './payload.ts';
export {
  RECEIPT_COOKIE,
  RELAY_MAX_BYTES,
  type RelayBatch,
  type RelayConsent,
  type RelayConversion,
  type RelayError,
  type RelayEvent,
  type RelayExposure,
  type RelayReceipt,
  type RelayTraits,
} from './relay-events.ts';
export { isReportable } from './report-segments.ts';
