export type { ConversionMiss, ConversionOptions, ConversionResult } from './bridge/conversion.ts';
export type { AssignedFeature, Assignment, Consent, Payload } from './bridge/payload.ts';
export type { Privacy, PrivacyScope } from './config/privacy.ts';
export type { ConfigSnapshot, EntityType } from './config/snapshot.ts';
export { Context } from './context.ts';
export { Core } from './core.ts';
export type { Diagnostic, DiagnosticReason } from './decide/diagnose.ts';
export { hashText } from './decide/hash.ts';
export { ConvertError, type ConvertErrorCode } from './errors.ts';
export type { CoreEvents, Handler, LocationChange, QueueReleased, ReleaseReason } from './events.ts';
export { fetchConfig } from './fetch-config.ts';
export type { LikelyCause } from './health/causes.ts';
export type { ExperienceHealth, Health, PValues, VariationHealth } from './health/health.ts';
export type { CoreOptions, FetchTransportOptions, RefreshOptions, RetryOptions, Tracking } from './options.ts';
export type {
  Clock,
  DataStore,
  Logger,
  LogLevel,
  TrackedEvent,
  TrackedVisitor,
  TrackingBody,
  Transport,
  TransportRequest,
} from './ports.ts';
export { type PreviewRequest, parsePreviewParam } from './preview.ts';
export type {
  Attributes,
  CustomSegmentsResult,
  DecideOptions,
  ExperienceResult,
  FeatureResult,
  Miss,
  PayloadOptions,
  RunOptions,
  VariationConfig,
} from './results.ts';
export type { TrackConversionOptions } from './track/tracker.ts';
export type { StoredVisitor } from './visitor-record.ts';
