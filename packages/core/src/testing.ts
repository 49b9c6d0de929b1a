export { type CreateStore, type DataStoreCase, dataStoreContract } from './testing/data-store-contract.ts';
export { type ManualClock, manualClock } from './testing/manual-clock.ts';
export {
  type ConfigAnswer,
  type DeliveredEvent,
  type MemoryTransport,
  type MemoryTransportOptions,
  memoryTransport,
  type SendAnswer,
  type SentRequest,
} from './testing/memory-transport.ts';
export {
  type Conditions,
  type ExperienceParts,
  type ProjectParts,
  projectConfig,
  type VariableType,
  type VariationParts,
} from './testing/project-config.ts';
export { type LogRecord, type RecordingLogger, recordingLogger } from './testing/recording-logger.ts';
