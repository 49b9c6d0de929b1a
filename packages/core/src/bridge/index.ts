export { ConvertError, type ConvertErrorCode } from '../errors.ts';
export {
  type ConversionMiss,
  type ConversionOptions,
  type ConversionResult,
  checkConversion,
  conversionMissed,
  conversionQueued,
} from './conversion.ts';
export type { AssignedFeature, Assignment, Payload } from './payload.ts';
export {
  RELAY_MAX_BYTES,
  type RelayBatch,
  type RelayConversion,
  type RelayEvent,
  type RelayExposure,
  type RelayReceipt,
} from './relay-events.ts';
