export type { Assignment, Consent, ConversionOptions, ConversionResult, Payload } from '@convert-fullstack/core/bridge';
// All of it: only so can an app's `declare module '@convert-fullstack/react' { interface Register … }` reach the original.
export type * from '@convert-fullstack/core/register';
export {
  Exposure,
  type ExposureProps,
  type UseExperienceOptions,
  useExperience,
  type WatchedAssignment,
} from './experience.tsx';
export { ConvertProvider, type ConvertProviderProps } from './provider.tsx';
export { type SetConsent, useConsent } from './use-consent.ts';
export { type FeatureResult, useFeature } from './use-feature.ts';
export { type TrackConversion, useTrackConversion } from './use-track-conversion.ts';
export { type CurrentVisitor, type Traits, useVisitor } from './use-visitor.ts';
