import { beforeExit } from './adapters/before-exit.ts';
import { consoleLogger, withLevel } from './adapters/console-logger.ts';
import { systemClock } from './adapters/system-clock.ts';
import type { Assignment, Payload } from './bridge/payload.ts';
import { ConfigSource } from './config/config-source.ts';
import type { Variation } from './config/plan.ts';
import type { ConfigSnapshot } from './config/snapshot.ts';
import { type Connection, connect } from './connection.ts';
import { Context, type ContextHost } from './context.ts';
import { isRunning } from './decide/experience.ts';
import { errorName } from './error-name.ts';
import { ConvertError } from './errors.ts';
import { type CoreEvents, createEmitter, type Emitter, type Handler, type QueueReleased } from './events.ts';
import { type Health, healthOf } from './health/health.ts';
import { Tallies } from './health/tallies.ts';
import type { CoreOptions, Tracking } from './options.ts';
import type { Clock, Logger } from './ports.ts';
import type { Attributes, ExperienceResult } from './results.ts';
import { type Settings, settingsOf } from './settings.ts';
import type { StoreOptions } from './store-writes.ts';
import { recordsInStore } from './stored-records.ts';
import { claimsIn } from './track/claims.ts';
import { EarlyConversions } from './track/early-conversions.ts';
import { createGate, type Gate } from './track/gate.ts';
import { isFinalRefusal, Queue, type QueueOptions } from './track/queue.ts';
import { createTracker } from './track/tracker.ts';
import { recordsInMemory } from './visitor-records.ts';

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
  /** Whether visitors are remembered in a store of the application, which may take its time to answer. */
  readonly hasDataStore: boolean;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #emitter: Emitter;
  readonly #config: ConfigSource;
  readonly #queue: Queue;
  readonly #gate: Gate;
  readonly #early: EarlyConversions;
  readonly #tallies: Tallies;
  readonly #host: ContextHost;
  #tracking: Tracking;
  #initializing: Promise<this> | null = null;
  #isStoreFailing = false;

  /**
   * Throws `ConvertError`: `options_invalid` unless exactly one of `sdkKey` and `data` is given and for numbers and
   * addresses that cannot be what was meant, `config_invalid` when `data` or `fallbackData` is no config.
   */
  constructor(options: CoreOptions) {
    checkSource(options);
    const { clock = systemClock, random = Math.random, tracking = 'on' } = options;
    this.#clock = clock;
    this.#logger = withLevel(options.logger ?? consoleLogger, options.logLevel ?? 'warn');
    this.#tracking = tracking;
    this.#emitter = createEmitter((event, error) =>
      this.#warn(`A handler of "${event}" threw.`, { error: errorName(error) }),
    );
    const settings = settingsOf(options);
    const connection = connect(options, settings.timeoutMs, clock);
    this.#config = new ConfigSource({
      options,
      plan: settings.refresh,
      connection,
      clock,
      random,
      logger: this.#logger,
      announce: (snapshot, isFirst) => {
        this.#early.release();
        if (isFirst) this.#emitter.emit('ready', snapshot);
        this.#emitter.emit('configUpdated', snapshot);
      },
    });
    const dropped = createDropWarning(this.#logger);
    this.#queue = this.#createQueue(settings, { connection, random, dropped });
    this.#queue.hold(tracking === 'hold');
    this.#gate = createGate(this.#queue);
    const loadConfig = (): Promise<unknown> => this.initialize();
    this.#early = new EarlyConversions({ maxSize: settings.maxQueueSize, dropped, loadConfig });
    const store = this.#storeOptions(options);
    this.hasDataStore = store !== null;
    const records = store === null ? recordsInMemory() : recordsInStore(store);
    this.#tallies = new Tallies({ current: () => this.#config.current, clearings: () => records.clearings });
    const tracker = createTracker({
      gate: this.#gate,
      claim: store === null ? () => true : claimsIn(store),
      tallies: this.#tallies,
      droppedKey: (key) =>
        this.#warn('conversionData has a key that the service does not know; it was left out.', { key }),
      droppedSegment: (segment) =>
        this.#warn('A segment has a value that the service does not take; reports go without it.', { segment }),
    });
    this.#host = this.#createHost(options, { records, tracker });
  }

  /** Whether decisions can be made. */
  get isReady(): boolean {
    return this.#config.current !== null;
  }

  /** The config in use; `null` before the first one is there. */
  get currentConfig(): ConfigSnapshot | null {
    return this.#config.current;
  }

  /**
   * Loads the config. Resolves once the first attempt has settled and never rejects: after a failure `isReady` is false
   * (unless there is `fallbackData`) and Core keeps trying in the background. Repeated calls share one load.
   */
  initialize(): Promise<this> {
    this.#initializing ??= this.#config.load().then(() => this);
    return this.#initializing;
  }

  /** Registers a handler, before or after `initialize()`; returns its undo. */
  on<E extends keyof CoreEvents>(event: E, handler: Handler<E>): () => void {
    return this.#emitter.on(event, handler);
  }

  /** Fetches the config now, in the background; calls that overlap share one request. */
  refreshNow(): Promise<void> {
    return this.#config.refreshNow();
  }

  /**
   * A context for one visitor, bound to the current config. Throws `ConvertError` `visitor_id_invalid` for an id that is
   * no non-empty string, and `async_store` when the DataStore answers with a promise.
   */
  createContext(visitorId: string, attributes?: Attributes): Context {
    checkVisitorId(visitorId);
    this.#config.refreshIfDue();
    return new Context(this.#host, this.#host.records.get(visitorId), attributes);
  }

  /** A context for one visitor, whatever the DataStore; waits at most 500 ms for it. */
  async loadContext(visitorId: string, attributes?: Attributes): Promise<Context> {
    checkVisitorId(visitorId);
    this.#config.refreshIfDue();
    return new Context(this.#host, await this.#host.records.load(visitorId), attributes);
  }

  /** A variation of the current config by ids; `null` when the config has no such pair. */
  assignment(experienceId: string, variationId: string): ExperienceResult | null {
    return this.#config.current?.variation(experienceId, variationId)?.result ?? null;
  }

  /** The variations that new visitors of an experience are split between; none of one that does not run. */
  variationsOf(experienceKey: string): readonly Assignment[] {
    const snapshot = this.#config.current;
    const experience = snapshot?.experience(experienceKey);
    if (snapshot === null || experience === undefined || !isRunning(experience, this.#host.environment)) return [];
    return snapshot.planOf(experience).active.map(({ assignment }) => assignment);
  }

  /**
   * The payload of decisions made elsewhere, as pairs of experience id and variation id; `null` when the config knows
   * one of them no more, so that they have to be made again. Without a visitor, nobody counts as assigned.
   */
  payloadFor(
    visitorId: string | null,
    decisions: readonly (readonly [experienceId: string, variationId: string])[],
    options: { readonly only?: readonly string[] } = {},
  ): Payload | null {
    this.#config.refreshIfDue();
    const snapshot = this.#config.current;
    if (snapshot === null) return null;
    const selected = options.only && new Set(snapshot.selected(options.only));
    const variations: Variation[] = [];
    for (const [experienceId, variationId] of decisions) {
      const variation = snapshot.variation(experienceId, variationId);
      if (variation === undefined) return null;
      if (selected === undefined || selected.has(variation.experience)) variations.push(variation);
    }
    variations.sort((one, other) => one.experience.position - other.experience.position);
    if (visitorId !== null) this.#tallies.handedOut(snapshot, variations, { visitorId });
    const experiences = variations.map(({ assignment }) => assignment);
    return { version: 1, visitorId, experiences, goals: snapshot.goalKeys };
  }

  /** Whether the current config has a goal. */
  hasGoal(goalKey: string): boolean {
    return this.#config.current?.goal(goalKey) !== undefined;
  }

  /** `hold` keeps events from now on, `on` sends what was kept, `off` drops it. */
  setTracking(tracking: Tracking): void {
    this.#tracking = tracking;
    if (tracking === 'off') {
      this.#early.drop();
      this.#gate.drop();
      this.#queue.clear();
    }
    this.#queue.hold(tracking === 'hold');
  }

  /**
   * Resolves when everything queued so far is delivered or dropped, also what waits for the config or a DataStore. It gives up
   * waiting when the config cannot be loaded, and after `retry.maxMs` while the collector is away; the events stay queued. Never
   * rejects.
   */
  flush(): Promise<void> {
    const isQueued = this.#early.isIdle && this.#gate.isIdle;
    return isQueued ? this.#queue.flush() : this.#allQueued().then(() => this.#queue.flush());
  }

  /**
   * Erases a visitor: the stored record is emptied and events that have not been sent are dropped. Contexts of the visitor
   * that still exist store and report nothing any more; a new one is that of somebody unknown. What a DataStore was given
   * through `add` stays: so much is not counted again. Throws `ConvertError` `visitor_id_invalid` as `createContext()` does;
   * a store that fails is warned about.
   *
   * @example await core.forget(visitorId); // consent was denied
   */
  async forget(visitorId: string): Promise<void> {
    checkVisitorId(visitorId);
    this.#early.drop(visitorId);
    this.#gate.drop(visitorId);
    this.#queue.drop(visitorId);
    await this.#host.records.forget(visitorId);
  }

  /**
   * Whether what visitors were assigned, shown and did fits the split of the traffic, by what this process has counted,
   * and what to look at where it does not.
   *
   * @example
   * for (const { experienceKey, causes } of core.health().experiences) {
   *   for (const { message } of causes) console.warn(experienceKey, message);
   * }
   */
  health(): Health {
    return healthOf(this.#tallies);
  }

  /** Stops timers and requests; queued events are not sent (call `flush()` first). Can be called again. */
  async close(): Promise<void> {
    this.#tracking = 'off';
    this.#early.drop();
    this.#config.close();
    this.#queue.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #allQueued(): Promise<void> {
    await this.#early.settled();
    await this.#gate.settled();
  }

  #createQueue(
    settings: Settings,
    { connection, ...ports }: { connection: Connection } & Pick<QueueOptions, 'random' | 'dropped'>,
  ): Queue {
    return new Queue({
      ...settings,
      ...ports,
      clock: this.#clock,
      send: async (events) => {
        const project = this.#config.current;
        if (project === null) throw new Error('no config');
        return connection.send(project, events);
      },
      released: (payload, error) => {
        if (error !== undefined) this.#undelivered(payload, error);
        this.#emitter.emit('queueReleased', payload, error);
      },
      beforeExit,
    });
  }

  #createHost({ environment }: CoreOptions, parts: Pick<ContextHost, 'records' | 'tracker'>): ContextHost {
    const core = this;
    return {
      ...parts,
      get snapshot() {
        return core.#config.current;
      },
      get tracking() {
        return core.#tracking;
      },
      environment,
      early: this.#early,
      tallies: this.#tallies,
      emitter: this.#emitter,
      log: (level, message, details) => this.#logger.log(level, message, details),
      findForPreview: (experienceId) => this.#config.findForPreview(experienceId),
    };
  }

  /** `null`: there is no store. */
  #storeOptions({ dataStore }: CoreOptions): StoreOptions | null {
    if (dataStore === undefined) return null;
    return {
      store: dataStore,
      keyOf: (visitorId) => {
        const project = this.#config.current;
        return project && `${project.accountId}-${project.projectId}-${visitorId}`;
      },
      loadConfig: () => this.initialize(),
      timeoutMs: DATA_STORE_TIMEOUT_MS,
      clock: this.#clock,
      failed: (operation, cause) => this.#storeFailed(operation, cause),
    };
  }

  // One warning when the store starts to fail, not one per visitor.
  #storeFailed(operation: string, cause: unknown): void {
    const level = this.#isStoreFailing ? 'debug' : 'warn';
    this.#isStoreFailing = true;
    const message = `The DataStore failed to ${operation}; decisions go on without it.`;
    this.#logger.log(level, message, { error: errorName(cause) });
  }

  #undelivered({ statusCode, retryAttempts, eventCount }: QueueReleased, error: unknown): void {
    const fate = isFinalRefusal(statusCode) || this.#tracking === 'off' ? 'they were dropped' : 'they stay queued';
    const reason = statusCode === null ? errorName(error) : `status ${statusCode}`;
    const level = retryAttempts === 0 ? 'warn' : 'debug';
    this.#logger.log(level, `Events could not be delivered; ${fate}.`, { events: eventCount, reason });
  }

  #warn(message: string, details: Readonly<Record<string, string>>): void {
    this.#logger.log('warn', message, details);
  }
}

function checkSource({ sdkKey, data }: CoreOptions): void {
  const hasKey = typeof sdkKey === 'string' && sdkKey !== '';
  if (hasKey !== (data !== undefined)) return;
  const got = hasKey ? 'both' : 'neither';
  throw new ConvertError(
    'options_invalid',
    `Core needs either \`sdkKey\` (a string) or \`data\` (a config), got ${got}.`,
  );
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
