import { beforeExit } from './adapters/before-exit.ts';
import { consoleLogger, withLevel } from './adapters/console-logger.ts';
import { fetchTransport } from './adapters/fetch-transport.ts';
import { systemClock } from './adapters/system-clock.ts';
import type { Payload } from './bridge/payload.ts';
import { Refresh, type RefreshOutcome } from './config/refresh.ts';
import { type ConfigSnapshot, Snapshot } from './config/snapshot.ts';
import { isObject } from './config/wire-config.ts';
import { Context, type ContextHost } from './context.ts';
import { ConvertError } from './errors.ts';
import { type CoreEvents, createEmitter, type Handler, type QueueReleased } from './events.ts';
import type { CoreOptions, FetchTransportOptions, Tracking } from './options.ts';
import type { Clock, Logger, Transport } from './ports.ts';
import type { Attributes, ExperienceResult } from './results.ts';
import { withTimeLimit } from './time-limit.ts';
import { Queue } from './track/queue.ts';
import { createTracker } from './track/tracker.ts';
import type { QueuedEvent } from './track/wire-events.ts';
import { recordsInMemory, recordsInStore, type VisitorRecords } from './visitor-records.ts';
import { baseUrl, CONFIG_URL, configRequest, retryAfterMs, TRACK_URL, trackingRequest } from './wire-requests.ts';

const DATA_STORE_TIMEOUT_MS = 500;

/**
 * Owns one project's config and the queue of events to report. One per process; contexts are per visitor and request.
 *
 * @example
 * const core = new Core({ sdkKey: process.env.CONVERT_SDK_KEY, environment: 'production' });
 * await core.initialize();
 * const hero = core.createContext('visitor-1').runExperience('home-hero');
 */
export class Core {
  readonly #options: CoreOptions;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #transport: Transport;
  readonly #configUrl: string;
  readonly #trackUrl: string;
  readonly #timeoutMs: number;
  readonly #emitter;
  readonly #queue: Queue;
  readonly #host: ContextHost;
  readonly #refresh: Refresh | null;
  #records: VisitorRecords | null = null;
  #snapshot: Snapshot | null = null;
  #etag: string | null = null;
  #tracking: Tracking;
  #initializing: Promise<this> | null = null;
  #configFailing = false;
  #storeFailing = false;
  /** `fallbackData` may decide before, but only the project's own config is announced. */
  #announced = false;
  #closed = false;

  /**
   * Throws `ConvertError`: `options_invalid` unless exactly one of `sdkKey` and `data` is given, `config_invalid` when
   * `data` or `fallbackData` is no config.
   */
  constructor(options: CoreOptions) {
    const { sdkKey, data, transport, clock = systemClock, random = Math.random, tracking = 'on' } = options;
    const hasKey = typeof sdkKey === 'string' && sdkKey !== '';
    if (hasKey === (data !== undefined)) {
      const got = hasKey ? 'both' : 'neither';
      throw new ConvertError(
        'options_invalid',
        `Core needs either \`sdkKey\` (a string) or \`data\` (a config), got ${got}.`,
      );
    }
    this.#options = options;
    this.#clock = clock;
    this.#logger = withLevel(options.logger ?? consoleLogger, options.logLevel ?? 'warn');
    this.#transport = isTransport(transport) ? transport : fetchTransport(transport ?? {});
    const urls: FetchTransportOptions = isTransport(transport) ? {} : (transport ?? {});
    this.#configUrl = baseUrl('configUrl', urls.configUrl ?? CONFIG_URL);
    this.#trackUrl = baseUrl('trackUrl', urls.trackUrl ?? TRACK_URL);
    this.#timeoutMs = urls.timeoutMs ?? 5_000;
    this.#tracking = tracking;
    this.#emitter = createEmitter((event, error) =>
      this.#warn(`A handler of "${event}" threw.`, { error: nameOf(error) }),
    );
    this.#queue = new Queue({
      batchSize: options.batchSize ?? 10,
      autoFlushIntervalMs: options.autoFlushIntervalMs,
      maxQueueSize: options.maxQueueSize ?? 10_000,
      retry: { baseMs: 500, factor: 2, maxMs: 30_000, jitter: 0.5, ...options.retry },
      clock,
      random,
      send: (events) => this.#send(events),
      released: (payload, error) => this.#released(payload, error),
      dropped: createDropWarning(this.#logger),
      beforeExit,
    });
    this.#queue.hold(tracking === 'hold');
    this.#host = this.#createHost();
    this.#refresh = hasKey ? this.#createRefresh(random) : null;
    const embedded = hasKey ? options.fallbackData : data;
    if (embedded !== undefined) this.#snapshot = this.#read(embedded);
  }

  /** Whether decisions can be made. */
  get isReady(): boolean {
    return this.#snapshot !== null;
  }

  /** The config in use; `null` before the first one is there. */
  get currentConfig(): ConfigSnapshot | null {
    return this.#snapshot;
  }

  /**
   * Loads the config. Resolves once the first attempt has settled and never rejects: after a failure `isReady` is false
   * (unless there is `fallbackData`) and Core keeps trying in the background. Repeated calls share one load.
   */
  initialize(): Promise<this> {
    this.#initializing ??= this.#initialize();
    return this.#initializing;
  }

  /** Registers a handler, before or after `initialize()`; returns its undo. */
  on<E extends keyof CoreEvents>(event: E, handler: Handler<E>): () => void {
    return this.#emitter.on(event, handler);
  }

  /** Fetches the config now, in the background; calls that overlap share one request. */
  refreshNow(): Promise<void> {
    return this.#refresh?.now() ?? Promise.resolve();
  }

  /**
   * A context for one visitor, bound to the current config. Throws `ConvertError` `visitor_id_invalid` for an id that is
   * no non-empty string, and `async_store` when the DataStore answers with a promise.
   */
  createContext(visitorId: string, attributes?: Attributes): Context {
    checkVisitorId(visitorId);
    this.#refresh?.ifDue();
    return new Context(this.#host, this.#host.records.get(visitorId), attributes);
  }

  /** A context for one visitor, whatever the DataStore; waits at most 500 ms for it. */
  async loadContext(visitorId: string, attributes?: Attributes): Promise<Context> {
    checkVisitorId(visitorId);
    this.#refresh?.ifDue();
    return new Context(this.#host, await this.#host.records.load(visitorId), attributes);
  }

  /** A variation of the current config by ids; `null` when the config has no such pair. */
  assignment(experienceId: string, variationId: string): ExperienceResult | null {
    return this.#snapshot?.variation(experienceId, variationId)?.result ?? null;
  }

  /**
   * The payload of decisions made elsewhere, as pairs of experience id and variation id; `null` when the config knows
   * one of them no more, so that they have to be made again.
   */
  payloadFor(
    visitorId: string,
    decisions: readonly (readonly [experienceId: string, variationId: string])[],
    options: { readonly only?: readonly string[] } = {},
  ): Payload | null {
    const snapshot = this.#snapshot;
    if (snapshot === null) return null;
    const selected = options.only && new Set(snapshot.selected(options.only));
    const experiences = [];
    for (const [experienceId, variationId] of decisions) {
      const variation = snapshot.variation(experienceId, variationId);
      if (variation === undefined) return null;
      if (selected === undefined || selected.has(variation.experience)) experiences.push(variation.assignment);
    }
    return { version: 1, visitorId, experiences, goals: snapshot.goalKeys };
  }

  /** Whether the current config has a goal. */
  hasGoal(goalKey: string): boolean {
    return this.#snapshot?.goal(goalKey) !== undefined;
  }

  /** `hold` keeps events from now on, `on` sends what was kept, `off` drops it. */
  setTracking(tracking: Tracking): void {
    this.#tracking = tracking;
    if (tracking === 'off') this.#queue.clear();
    this.#queue.hold(tracking === 'hold');
  }

  /**
   * Resolves when everything queued so far is delivered or dropped; while the collector is away it gives up waiting
   * after `retry.maxMs` and the events stay queued. Never rejects.
   */
  flush(): Promise<void> {
    return this.#queue.flush();
  }

  /** Stops timers and requests; queued events are not sent (call `flush()` first). Can be called again. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#refresh?.close();
    this.#queue.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #initialize(): Promise<this> {
    if (this.#refresh === null) {
      await Promise.resolve(); // handlers registered right after the call hear of it too
      if (this.#snapshot !== null) this.#announce(this.#snapshot);
    } else {
      await this.#refresh.now();
    }
    return this;
  }

  #createHost(): ContextHost {
    const core = this;
    const tracker = createTracker(this.#queue, (key) =>
      this.#warn('conversionData has a key that the service does not know; it was left out.', { key }),
    );
    return {
      get snapshot() {
        return core.#snapshot;
      },
      get tracking() {
        return core.#tracking;
      },
      get records() {
        core.#records ??= core.#createRecords();
        return core.#records;
      },
      environment: this.#options.environment,
      tracker,
      emitter: this.#emitter,
      warn: (message, details) => this.#warn(message, details),
      findForPreview: (experienceId) => this.#findForPreview(experienceId),
    };
  }

  #createRecords(): VisitorRecords {
    const { dataStore } = this.#options;
    if (dataStore === undefined) return recordsInMemory();
    return recordsInStore({
      store: dataStore,
      keyOf: (visitorId) => this.#snapshot && `${this.#snapshot.accountId}-${this.#snapshot.projectId}-${visitorId}`,
      timeoutMs: DATA_STORE_TIMEOUT_MS,
      clock: this.#clock,
      failed: (operation, cause) => this.#storeFailed(operation, cause),
    });
  }

  // One warning when the store starts to fail, not one per visitor.
  #storeFailed(operation: string, cause: unknown): void {
    const level = this.#storeFailing ? 'debug' : 'warn';
    this.#storeFailing = true;
    this.#logger.log(level, `The DataStore failed to ${operation}; decisions go on without it.`, {
      error: nameOf(cause),
    });
  }

  #createRefresh(random: () => number): Refresh {
    const { refresh } = this.#options;
    const defaults = { intervalMs: 300_000, jitterMs: 30_000, backoffFactor: 2, backoffMaxMs: 600_000 };
    const plan = refresh === false ? { ...defaults, intervalMs: null, jitterMs: 0 } : { ...defaults, ...refresh };
    return new Refresh({ plan, clock: this.#clock, random, attempt: () => this.#loadConfig() });
  }

  async #loadConfig(): Promise<RefreshOutcome> {
    let status: number | null = null;
    try {
      const answer = await this.#fetchConfig(null, this.#etag);
      status = answer.status;
      if (status === 304) return this.#recovered();
      if (status !== 200) throw new Error(`status ${status}`);
      const next = this.#read(answer.body);
      if (this.#closed) return 'loaded';
      this.#etag = answer.headers.etag ?? null;
      if (!this.#announced || this.#snapshot?.version !== next.version) {
        this.#snapshot = next;
        this.#announce(next);
      }
      return this.#recovered();
    } catch (cause) {
      this.#configFailed(status, cause);
      return status === 401 || status === 403 ? 'refused' : 'failed';
    }
  }

  #announce(snapshot: Snapshot): void {
    const first = !this.#announced;
    this.#announced = true;
    if (first) this.#emitter.emit('ready', snapshot);
    this.#emitter.emit('configUpdated', snapshot);
  }

  #recovered(): RefreshOutcome {
    if (this.#configFailing) this.#logger.log('info', 'The config can be fetched again.', {});
    this.#configFailing = false;
    return 'loaded';
  }

  // One warning when fetching starts to fail, not one per attempt.
  #configFailed(status: number | null, cause: unknown): void {
    const level = this.#configFailing ? 'debug' : 'warn';
    this.#configFailing = true;
    const reason = cause instanceof ConvertError ? cause.message : status === null ? nameOf(cause) : `status ${status}`;
    const hint = status === 401 || status === 403 ? ' The service refuses the SDK key or its secret: check both.' : '';
    const state = this.#snapshot === null ? 'no experiment runs until it can' : 'the last good config stays in use';
    this.#logger.log(level, `The config could not be fetched; ${state}.${hint}`, { reason });
  }

  async #findForPreview(experienceId: string): Promise<Snapshot | null> {
    if (this.#refresh === null) return null;
    try {
      const answer = await this.#fetchConfig(experienceId, null);
      return answer.status === 200 ? this.#read(answer.body) : null;
    } catch (cause) {
      this.#warn('The experience to preview could not be fetched.', { experienceId, error: nameOf(cause) });
      return null;
    }
  }

  #fetchConfig(experienceId: string | null, etag: string | null): ReturnType<Transport['fetchConfig']> {
    const request = configRequest(this.#options, this.#configUrl, experienceId, etag);
    return this.#inTime((signal) => this.#transport.fetchConfig({ ...request, signal }));
  }

  async #send(events: readonly QueuedEvent[]): Promise<{ status: number; retryAfterMs: number | null }> {
    if (this.#snapshot === null) throw new Error('no config');
    const request = trackingRequest(this.#options, this.#trackUrl, this.#snapshot, events);
    const { status, headers } = await this.#inTime((signal) => this.#transport.send({ ...request, signal }));
    return { status, retryAfterMs: retryAfterMs(headers['retry-after'], this.#clock.now()) };
  }

  #inTime<T>(request: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return withTimeLimit(request, this.#timeoutMs, this.#clock);
  }

  #released(payload: QueueReleased, error: unknown): void {
    if (error !== undefined) {
      const level = payload.retryAttempts === 0 ? 'warn' : 'debug';
      const status = payload.statusCode ?? 0;
      const fate =
        status >= 400 && status < 500 && status !== 408 && status !== 429 ? 'they were dropped' : 'they stay queued';
      const reason = payload.statusCode === null ? nameOf(error) : `status ${status}`;
      this.#logger.log(level, `Events could not be delivered; ${fate}.`, { events: payload.eventCount, reason });
    }
    this.#emitter.emit('queueReleased', payload, error);
  }

  #read(data: unknown): Snapshot {
    return new Snapshot(data, (message, details) => this.#warn(message, details));
  }

  #warn(message: string, details: Readonly<Record<string, string>>): void {
    this.#logger.log('warn', message, details);
  }
}

function isTransport(value: CoreOptions['transport']): value is Transport {
  return isObject(value) && typeof value.fetchConfig === 'function' && typeof value.send === 'function';
}

function checkVisitorId(visitorId: unknown): void {
  if (typeof visitorId === 'string' && visitorId !== '') return;
  const got = visitorId === '' ? 'an empty string' : visitorId === null ? 'null' : typeof visitorId;
  throw new ConvertError('visitor_id_invalid', `A context needs a visitor id that is a non-empty string, got ${got}.`);
}

function createDropWarning(logger: Logger): (count: number) => void {
  let warned = false;
  return (count) => {
    logger.log(warned ? 'debug' : 'warn', 'The event queue is full; the oldest events were dropped.', { count });
    warned = true;
  };
}

// Messages of foreign errors may quote addresses and keys; their names do not.
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { cause } = error;
  const code = isObject(cause) && typeof cause.code === 'string' ? ` (${cause.code})` : '';
  return `${error.name}${code}`;
}
