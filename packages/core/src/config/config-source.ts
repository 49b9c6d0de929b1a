import type { Connection } from '../connection.ts';
import { errorName } from '../error-name.ts';
import { ConvertError } from '../errors.ts';
import type { CoreOptions } from '../options.ts';
import type { Clock, Logger } from '../ports.ts';
import { rememberLookups } from './preview-lookups.ts';
import { Refresh, type RefreshOutcome, type RefreshPlan } from './refresh.ts';
import { Snapshot } from './snapshot.ts';

export interface ConfigSourceOptions {
  readonly options: Pick<CoreOptions, 'data' | 'fallbackData'>;
  readonly plan: RefreshPlan;
  readonly connection: Connection;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  /** Hears of the project's first config and of every other one; `fallbackData` is used without a word. */
  readonly announce: (snapshot: Snapshot, isFirst: boolean) => void;
}

/** Owns the snapshot in use: embedded, or fetched and kept fresh. A good config is never given up for a bad answer. */
export class ConfigSource {
  readonly #connection: Connection;
  readonly #logger: Logger;
  readonly #announce: ConfigSourceOptions['announce'];
  readonly #refresh: Refresh | null;
  /** The service's config with one experience in it, be it a draft; `null` when there is none. */
  readonly findForPreview: (experienceId: string) => Promise<Snapshot | null>;
  #current: Snapshot | null = null;
  #etag: string | null = null;
  #isAnnounced = false;
  #failing: 'failed' | 'refused' | null = null;
  #isClosed = false;

  /** Throws `ConvertError` `config_invalid` when `data` or `fallbackData` is no config. */
  constructor({ options, plan, connection, clock, random, logger, announce }: ConfigSourceOptions) {
    const { data, fallbackData } = options;
    this.#connection = connection;
    this.#logger = logger;
    this.#announce = announce;
    this.#refresh = data === undefined ? new Refresh({ plan, clock, random, attempt: () => this.#fetch() }) : null;
    this.findForPreview = rememberLookups((experienceId) => this.#lookUp(experienceId), clock);
    const embedded = data === undefined ? fallbackData : data;
    if (embedded !== undefined) this.#current = this.#read(embedded);
  }

  get current(): Snapshot | null {
    return this.#current;
  }

  /** Resolves when the first attempt has settled, whatever came of it. */
  async load(): Promise<void> {
    if (this.#refresh !== null) return this.#refresh.now();
    await Promise.resolve(); // handlers registered right after the call hear of it too
    if (this.#current !== null) this.#use(this.#current);
  }

  refreshNow(): Promise<void> {
    return this.#refresh?.now() ?? Promise.resolve();
  }

  refreshIfDue(): void {
    this.#refresh?.ifDue();
  }

  close(): void {
    this.#isClosed = true;
    this.#refresh?.close();
    this.#connection.close();
  }

  async #lookUp(experienceId: string): Promise<Snapshot | null> {
    if (this.#refresh === null) return null;
    try {
      const answer = await this.#connection.fetchConfig(experienceId, null);
      return answer.status === 200 ? this.#read(answer.body) : null;
    } catch (cause) {
      this.#logger.log('warn', 'The experience to preview could not be fetched.', {
        experienceId,
        error: errorName(cause),
      });
      return null;
    }
  }

  async #fetch(): Promise<RefreshOutcome> {
    let status: number | null = null;
    try {
      const answer = await this.#connection.fetchConfig(null, this.#etag);
      status = answer.status;
      if (status !== 200 && status !== 304) throw new Error(`status ${status}`);
      if (status === 200 && !this.#isClosed) {
        this.#use(this.#read(answer.body));
        this.#etag = answer.headers.etag ?? null;
      }
      if (this.#failing !== null) this.#logger.log('info', 'The config can be fetched again.', {});
      this.#failing = null;
      return 'loaded';
    } catch (cause) {
      const outcome = isRefusal(status) ? 'refused' : 'failed';
      if (!this.#isClosed) this.#failed(outcome, status, cause);
      return outcome;
    }
  }

  #use(snapshot: Snapshot): void {
    if (this.#isAnnounced && this.#current?.version === snapshot.version) return;
    const isFirst = !this.#isAnnounced;
    this.#isAnnounced = true;
    this.#current = snapshot;
    this.#announce(snapshot, isFirst);
  }

  // One warning when fetching starts to fail and one when the key turns out to be refused, not one per attempt.
  #failed(outcome: 'failed' | 'refused', status: number | null, cause: unknown): void {
    const isNews = this.#failing === null || (outcome === 'refused' && this.#failing !== 'refused');
    if (isNews) this.#failing = outcome;
    const level = isNews ? 'warn' : 'debug';
    const state = this.#current === null ? 'no experiment runs until it can' : 'the last good config stays in use';
    const hint = outcome === 'refused' ? ' The service refuses the SDK key or its secret: check both.' : '';
    const answered = status === null || status === 200 ? errorName(cause) : `status ${status}`;
    const reason = cause instanceof ConvertError ? cause.message : answered;
    this.#logger.log(level, `The config could not be fetched; ${state}.${hint}`, { reason });
  }

  #read(data: unknown): Snapshot {
    return new Snapshot(data, (message, details) => this.#logger.log('warn', message, details));
  }
}

function isRefusal(status: number | null): boolean {
  return status === 401 || status === 403;
}
