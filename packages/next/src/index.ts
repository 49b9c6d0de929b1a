export type {
  Assignment,
  Attributes,
  ConversionOptions,
  ConversionResult,
  CoreOptions,
  FeatureResult,
  Payload,
} from '@convert-fullstack/core';
// All of it: only so can an app's `declare module '@convert-fullstack/next' { interface Register … }` reach the original.
export type * from '@convert-fullstack/core/register';
export type { AttributeSource, ReadAttributes } from '@convert-fullstack/server';
export { type Convert, createConvert } from './create-convert.ts';
export type { RouteHandlers } from './handlers.ts';
export type { ConvertOptions } from './options.ts';
export type { ConvertProxy, ProxyHandler, ProxyVisitor } from './proxy.ts';
export type { ReadOptions, ReadPayloadOptions, TrackOptions, TypedFeature } from './visits.ts';
