import { createRequire } from 'node:module';
import { Core, type RunOptions, type TrackingBody } from '@convert-fullstack/core';
import type { Json } from './project.ts';

/** What this engine and the official SDK are both asked, with answers in one form. */
export interface Engine {
  visitor(id: string, attributes?: Json): Visitor;
  /** Everything queued for the collector so far, by visitor. */
  events(): Promise<ReadonlyMap<string, readonly unknown[]>>;
}

/** `locationAttributes: null` gives none at all, which is not the same as giving none that match. */
export type AskOptions = Omit<RunOptions, 'locationAttributes'> & { readonly locationAttributes?: Json | null };

export interface Visitor {
  runExperience(key: string, options?: AskOptions): Decision | null;
  runExperiences(options?: AskOptions): Decision[];
  /** Every answer about one feature: the official SDK gives one per experience that carries it. */
  runFeature(key: string, options?: AskOptions): FeatureAnswer[];
  runFeatures(options?: AskOptions): FeatureAnswer[];
  /** Ids of the custom segments the visitor has afterwards. */
  runCustomSegments(keys: readonly string[], ruleData?: Json): readonly string[];
  setSegments(segments: Json): void;
  /** Whether the conversion counts. */
  trackConversion(key: string, options?: Conversion): boolean;
}

export interface Decision {
  readonly experienceKey: string;
  readonly experienceId: string;
  readonly variationKey: string | null;
  readonly variationId: string;
}

export interface FeatureAnswer {
  readonly featureKey: string;
  readonly featureId: string;
  readonly status: string;
  readonly experienceKey?: string;
  readonly variables?: Json;
}

export interface Conversion {
  readonly forceMultiple?: boolean;
  readonly revenue?: number;
  readonly transactionId?: string;
  /** Only the official SDK looks at a goal's rules, and only when it gets data for them. */
  readonly ruleData?: Json;
}

export function ours(config: Json, environment?: string): Engine {
  const sent: TrackingBody[] = [];
  const core = new Core({
    data: config,
    ...(environment !== undefined && { environment }),
    logLevel: 'silent',
    batchSize: 1_000_000,
    maxQueueSize: 1_000_000,
    transport: {
      fetchConfig: async () => ({ status: 404, headers: {}, body: undefined }),
      send: async ({ body }) => {
        sent.push(body);
        return { status: 200, headers: {} };
      },
    },
  });
  return {
    visitor(id, attributes) {
      const context = core.createContext(id, attributes);
      return {
        runExperience(key, options) {
          const result = context.runExperience(key, ownOptions(options));
          return result && decision(result);
        },
        runExperiences: (options) => context.runExperiences(ownOptions(options)).map(decision),
        runFeature(key, options) {
          const result = context.runFeature(key, ownOptions(options));
          return result === null ? [] : [feature(result)];
        },
        runFeatures: (options) => context.runFeatures(ownOptions(options)).map(feature),
        runCustomSegments(keys, ruleData) {
          context.runCustomSegments(keys, ruleData && { ruleData });
          return (context.defaultSegments.customSegments ?? []) as string[];
        },
        setSegments: (segments) => context.setSegments(segments),
        trackConversion: (key, { forceMultiple, revenue, transactionId } = {}) =>
          context.trackConversion(key, {
            ...(forceMultiple !== undefined && { forceMultiple }),
            ...(revenue !== undefined && { revenue }),
            ...(transactionId !== undefined && { conversionData: { transactionId } }),
          }).tracked,
      };
    },
    async events() {
      await core.flush();
      return new Map(sent.flatMap(({ visitors }) => visitors.map(({ visitorId, events }) => [visitorId, events])));
    },
  };
}

function ownOptions({ locationAttributes, ...options }: AskOptions = {}): RunOptions {
  return { ...options, ...(locationAttributes != null && { locationAttributes }) };
}

function decision({ experienceKey, experienceId, variationKey, variationId }: Decision): Decision {
  return { experienceKey, experienceId, variationKey, variationId };
}

function feature({ featureKey, featureId, status, experienceKey, variables }: FeatureAnswer): FeatureAnswer {
  return {
    featureKey,
    featureId,
    status,
    ...(experienceKey !== undefined && { experienceKey }),
    ...(variables !== undefined && { variables }),
  };
}

// The parts of the official SDK that are asked here. Its own types leave out answers it gives.
interface OfficialSdk {
  onReady(): Promise<void>;
  createContext(visitorId: string, attributes?: Json): OfficialContext;
  on(event: string, listener: () => void): void;
}

interface OfficialContext {
  runExperience(key: string, options: Json): OfficialVariation | string | null;
  runExperiences(options: Json): OfficialVariation[];
  runFeature(key: string, options: Json): OfficialFeature | OfficialFeature[];
  runFeatures(options: Json): OfficialFeature[];
  runCustomSegments(keys: readonly string[], options: Json): unknown;
  setDefaultSegments(segments: Json): void;
  trackConversion(key: string, options: Json): unknown;
  getVisitorData(): { segments?: { customSegments?: string[] } } | null;
}

interface OfficialVariation {
  readonly experienceKey: string;
  readonly experienceId: string | number;
  readonly key?: string;
  readonly id: string | number;
}

interface OfficialFeature {
  readonly key: string;
  readonly id: string | number;
  readonly status: string;
  readonly experienceKey?: string;
  readonly variables?: Json;
}

// Its CommonJS build: a bundler's and Node's notions of the default export of such a module differ.
const require = createRequire(import.meta.url);
const { default: ConvertSDK } = require('@convertcom/js-sdk') as { default: new (options: Json) => OfficialSdk };

/** The official SDK without network. It keeps every visitor and slows down: take a new one every few thousand. */
export async function official(config: Json, environment?: string): Promise<Engine> {
  const events = new Map<string, unknown[]>();
  let current = '';
  let conversions = 0;
  const sdk = new ConvertSDK({
    // Casting feature variables writes into the config.
    data: structuredClone(config),
    ...(environment !== undefined && { environment }),
    logger: { logLevel: 5, customLoggers: [] },
    network: { tracking: false },
    // Told of everything the SDK is about to log; each event it queues is among that.
    mapper(value: unknown) {
      if (typeof value === 'object' && value !== null && 'eventRequest' in value) {
        events.set(current, [...(events.get(current) ?? []), structuredClone(value.eventRequest)]);
      }
      return value;
    },
  });
  sdk.on('conversion', () => {
    conversions++;
  });
  await sdk.onReady();
  return {
    visitor(id, attributes) {
      current = id;
      const context = sdk.createContext(id, attributes);
      return {
        runExperience(key, options) {
          current = id;
          const result = context.runExperience(key, officialOptions(options));
          return typeof result === 'object' && result !== null ? officialDecision(result) : null;
        },
        runExperiences(options) {
          current = id;
          return context.runExperiences(officialOptions(options)).map(officialDecision);
        },
        runFeature(key, options) {
          current = id;
          return [context.runFeature(key, officialOptions(options))].flat().map(officialFeature);
        },
        runFeatures(options) {
          current = id;
          return context.runFeatures(officialOptions(options)).map(officialFeature);
        },
        runCustomSegments(keys, ruleData) {
          context.runCustomSegments(keys, ruleData === undefined ? {} : { ruleData });
          return [...(context.getVisitorData()?.segments?.customSegments ?? [])];
        },
        setSegments: (segments) => context.setDefaultSegments(segments),
        trackConversion(key, options) {
          current = id;
          const before = conversions;
          context.trackConversion(key, officialConversion(options));
          return conversions > before;
        },
      };
    },
    events: async () => events,
  };
}

// Without any location attributes the official SDK decides nothing at all.
function officialOptions({ attributes, locationAttributes = {}, ...options }: AskOptions = {}): Json {
  return {
    ...options,
    ...(locationAttributes !== null && { locationProperties: locationAttributes }),
    ...(attributes !== undefined && { visitorProperties: attributes }),
  };
}

function officialConversion({ forceMultiple, revenue, transactionId, ruleData }: Conversion = {}): Json {
  const conversionData = [
    ...(revenue === undefined ? [] : [{ key: 'amount', value: revenue }]),
    ...(transactionId === undefined ? [] : [{ key: 'transactionId', value: transactionId }]),
  ];
  return {
    ...(ruleData !== undefined && { ruleData }),
    ...(conversionData.length > 0 && { conversionData }),
    ...(forceMultiple !== undefined && { conversionSetting: { forceMultipleTransactions: forceMultiple } }),
  };
}

function officialDecision({ experienceKey, experienceId, key, id }: OfficialVariation): Decision {
  return { experienceKey, experienceId: String(experienceId), variationKey: key ?? null, variationId: String(id) };
}

function officialFeature({ key, id, status, experienceKey, variables }: OfficialFeature): FeatureAnswer {
  return structuredClone(
    feature({
      featureKey: key,
      featureId: String(id),
      status,
      ...(experienceKey !== undefined && { experienceKey }),
      ...(variables !== undefined && { variables }),
    }),
  );
}
