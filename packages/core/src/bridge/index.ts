export { ConvertError, type ConvertErrorCode } from '../errors.ts';
export {
  type ConversionMiss,
  type ConversionOptions,
  type ConversionResult,
  checkConversion,
  conversionMissed,
  conversionQueued,
} from './conversion.ts';
export { type PageVisitor, readPageVisitor, type StaticPayload, writePageVisitor } from './page-visitor.ts';
export { formatPairs, parsePairs, type VariationIds } from './pairs.ts';
export { type AssignedFeature, type Assignment, type Consent, type Payload, visitorOf } from './payload.ts';
export {
  addressAfterPreview,
  PREVIEW_COOKIE,
  PREVIEW_PARAM,
  previewAlone,
  previewsIn,
  withoutPreview,
} from './preview.ts';
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
export { THROWN_COOKIE, withoutThrown } from './thrown.ts';
