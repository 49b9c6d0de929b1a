import {
  Core,
  type DataStore,
  hashText,
  parsePreviewParam,
  type StoredVisitor,
  type TrackingBody,
} from '@convert-fullstack/core';

/** One entry of a vector file. */
export interface Vector {
  readonly id: string;
  readonly tag?: string;
  readonly expected: unknown;
  readonly recommended?: 'js' | 'py' | 'perRule';
  readonly reason?: string;
  // biome-ignore lint/suspicious/noExplicitAny: the inputs differ by file and are read where they are used
  readonly [input: string]: any;
}

export interface VectorFile {
  readonly kind?: string;
  readonly configs?: Readonly<Record<string, Config>>;
  readonly vectors: readonly Vector[];
  readonly differing: readonly Vector[];
}

type Config = Readonly<Record<string, unknown>>;
type Configs = Readonly<Record<string, Config>>;
type Op = Vector;

const PROJECT = { account_id: '1', project: { id: '2' } };

/** What this engine answers for a vector of the named file, in the form of the vector's `expected`. */
export async function outcome(file: string, vector: Vector, configs: Configs = {}): Promise<unknown> {
  switch (file) {
    case 'hash':
      return hashText(vector.value, vector.seed);
    case 'bucketing':
      return bucketing(vector);
    case 'rules':
      return rules(vector);
    case 'experiences':
      return experiences(vector, configOf(vector, configs));
    case 'features':
      return features(vector, configOf(vector, configs));
    case 'segments':
      return segments(vector, configOf(vector, configs));
    case 'tracking':
      return tracking(vector, configOf(vector, configs));
    case 'preview':
      return vector.type === 'parse' ? parsePreviewParam(vector.value) : preview(vector, configOf(vector, configs));
    default:
      throw new Error(`no such vector file: ${file}`);
  }
}

function configOf(vector: Vector, configs: Configs): Config {
  const config = configs[vector.config];
  if (config === undefined) throw new Error(`vector ${vector.id} names no config`);
  return config;
}

function bucketing({ experienceId, variations, version, visitorId }: Vector): unknown {
  const experience = { id: experienceId, key: 'e', version, variations };
  const core = createCore({ ...PROJECT, experiences: [experience] });
  const context = core.createContext(visitorId);
  const { bucket } = context.diagnoseExperience('e').details;
  return { bucketValue: bucket, variationId: context.runExperience('e')?.variationId ?? null };
}

function rules({ rules, data }: Vector): boolean {
  const audience = { id: '3', key: 'a', rules };
  const experience = { id: '4', key: 'e', audiences: ['3'], variations: [{ id: '5', key: 'v' }] };
  const core = createCore({ ...PROJECT, audiences: [audience], experiences: [experience] });
  return core.createContext('visitor', data ?? undefined).runExperience('e') !== null;
}

function experiences(vector: Vector, config: Config): unknown {
  const keys = (config.experiences as { key: string }[]).map((experience) => experience.key);
  const options = { locationAttributes: vector.locationAttributes ?? {} };
  return {
    runAll: freshContext(vector, config).runExperiences(options).map(row),
    runOne: Object.fromEntries(keys.map((key) => [key, row(freshContext(vector, config).runExperience(key, options))])),
  };
}

function features(vector: Vector, config: Config): unknown {
  const options = { locationAttributes: vector.locationAttributes ?? {} };
  const context = freshContext(vector, config);
  return vector.op === 'runFeature' ? context.runFeature(vector.featureKey, options) : context.runFeatures(options);
}

function segments(vector: Vector, config: Config): unknown {
  const context = freshContext(vector, config);
  const { matchedSegmentIds } = context.runCustomSegments(vector.keys, { ruleData: vector.ruleData });
  return { matched: matchedSegmentIds, customSegments: context.defaultSegments.customSegments ?? [] };
}

async function tracking(vector: Vector, config: Config): Promise<unknown> {
  const bodies: unknown[] = [];
  const tracked: boolean[] = [];
  const play = player(vector, config);
  for (const op of vector.ops as Op[]) {
    const result = await play(op);
    if (op.op === 'flush') bodies.push(result);
    if (op.op === 'trackConversion') tracked.push((result as { tracked: boolean }).tracked);
  }
  return { bodies, tracked };
}

async function preview(vector: Vector, config: Config): Promise<unknown> {
  const results: unknown[] = [];
  const play = player(vector, config);
  for (const op of vector.ops as Op[]) results.push(await play(op));
  return results;
}

/** Plays operations one after the other on one Core, with one context per visitor. */
function player(vector: Vector, config: Config): (op: Op) => Promise<unknown> {
  const sent: TrackingBody[] = [];
  const visitors = vector.visitors as Record<string, { attributes?: Config; state?: State }>;
  const records = Object.entries(visitors).flatMap(([id, { state }]) => (state ? [[id, stored(state, config)]] : []));
  const store = records.length > 0 || vector.dataStore ? memoryStore(config, Object.fromEntries(records)) : undefined;
  const core = createCore(config, vector.environment, store, sent);
  const contexts = new Map<string, ReturnType<Core['createContext']>>();
  return async (op) => {
    if (op.op === 'flush') {
      await core.flush();
      const body = sent.shift() ?? null;
      // A store that only carries the vector's initial state is not one the application configured.
      return body && { ...body, enrichData: vector.dataStore !== true };
    }
    const context = contexts.get(op.visitor) ?? core.createContext(op.visitor, visitors[op.visitor]?.attributes);
    contexts.set(op.visitor, context);
    const options = {
      attributes: op.attributes,
      locationAttributes: op.locationAttributes ?? {},
      enableTracking: op.enableTracking ?? true,
    };
    switch (op.op) {
      case 'setSegments':
        return context.setSegments(op.segments) ?? null;
      case 'runExperience':
        return row(context.runExperience(op.key, options));
      case 'runExperiences':
        return context.runExperiences(options).map(row);
      case 'runCustomSegments':
        return context.runCustomSegments(op.keys, { ruleData: op.ruleData }) && null;
      case 'setPreview':
        return (await context.setPreview({ experienceId: op.experienceId, variationId: op.variationId })) ?? null;
      case 'trackConversion': {
        const { revenue, conversionData, forceMultiple } = op;
        const given = Object.entries({ revenue, conversionData, forceMultiple }).filter(
          ([, value]) => value !== undefined,
        );
        return { tracked: context.trackConversion(op.goalKey, Object.fromEntries(given)).tracked };
      }
      default:
        throw new Error(`no such operation: ${op.op}`);
    }
  };
}

interface State {
  readonly bucketing?: Readonly<Record<string, string>>;
  readonly segments?: Config;
  readonly goals?: Readonly<Record<string, boolean>>;
}

function freshContext(vector: Vector, config: Config): ReturnType<Core['createContext']> {
  const store = vector.state && memoryStore(config, { [vector.visitorId]: stored(vector.state, config) });
  return createCore(config, vector.environment, store).createContext(vector.visitorId, vector.attributes);
}

function createCore(data: Config, environment?: string, dataStore?: DataStore, sent: TrackingBody[] = []): Core {
  return new Core({
    data,
    logLevel: 'silent',
    batchSize: 1_000_000,
    ...(environment !== undefined && { environment }),
    ...(dataStore !== undefined && { dataStore }),
    transport: {
      fetchConfig: async () => ({ status: 404, headers: {}, body: undefined }),
      send: async ({ body }) => {
        sent.push(body);
        return { status: 200, headers: {} };
      },
    },
  });
}

function memoryStore(config: Config, records: Readonly<Record<string, StoredVisitor>>): DataStore {
  const { account_id, project } = config as { account_id: string; project: { id: string } };
  const entries = Object.entries(records).map(([id, record]) => [`${account_id}-${project.id}-${id}`, record] as const);
  const kept = new Map<string, StoredVisitor>(entries);
  return { get: (key) => kept.get(key), set: (key, record) => void kept.set(key, record) };
}

/** Vectors mark goals by key, stores by id. */
function stored({ goals = {}, ...state }: State, config: Config): StoredVisitor {
  const known = (config.goals ?? []) as { id: string | number; key: string }[];
  const ids = Object.keys(goals).map((key) => [String(known.find((goal) => goal.key === key)?.id ?? key), true]);
  return { ...state, goals: Object.fromEntries(ids) };
}

function row(result: ReturnType<ReturnType<Core['createContext']>['runExperience']>): unknown {
  if (result === null) return null;
  const { experienceKey, experienceId, variationKey, variationId } = result;
  return { experienceKey, experienceId, variationKey, variationId };
}

/** Numbers that JSON cannot carry stand in the files as `{"$number": "NaN"}`. */
export function revive(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(revive);
  if ('$number' in value) return Number(value.$number);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, revive(member)]));
}
