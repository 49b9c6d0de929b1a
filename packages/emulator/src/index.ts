export type { Batch, BatchEvent, BatchVisitor, GoalDatum } from './batch.ts';
export type { ChiSquareTest } from './chi-square.ts';
export type {
  AcceptedDelivery,
  ConversionEvent,
  Delivery,
  DiscardedDelivery,
  ExposureEvent,
  RefusedDelivery,
  VisitorEvent,
} from './delivery.ts';
export { EmulatorError, type EmulatorErrorCode } from './errors.ts';
export type { FaultMode, Faults } from './faults.ts';
export { type Emulator, type EmulatorOptions, startEmulator } from './server.ts';
export type { SplitCause } from './split-causes.ts';
export type { SplitCheck } from './split-check.ts';
export type {
  ExperienceStatistics,
  GoalStatistics,
  Interval,
  Statistics,
  VariationStatistics,
} from './statistics.ts';
export type { VisitorConversion, VisitorExposure, VisitorHistory } from './visitor-histories.ts';
