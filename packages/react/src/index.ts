export type { Assignment, ConversionOptions, ConversionResult, Payload } from '@convert-fullstack/core/bridge';
// All of it: only so can an app's `declare module '@convert-fullstack/react' { interface Register … }` reach the original.
export type * from '@convert-fullstack/core/register';
export { Exposure, type ExposureProps } from './exposure.tsx';
export { ConvertProvider, type ConvertProviderProps } from './provider.tsx';
export { type UseExperienceOptions, useExperience } from './use-experience.ts';
export { type FeatureResult, useFeature } from './use-feature.ts';
export { type TrackConversion, useTrackConversion } from './use-track-conversion.ts';
