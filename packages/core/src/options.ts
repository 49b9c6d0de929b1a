import type { Clock, DataStore, Logger, LogLevel, Transport } from './ports.ts';

export interface CoreOptions {
  /** Fetches the project's config by this key. Exactly one of `sdkKey` and `data` is needed. */
  readonly sdkKey?: string | undefined;
  /** Secret of the key; sent to the config host only. Never use it in a browser. */
  readonly sdkKeySecret?: string;
  /** The project's config itself; nothing is fetched. */
  readonly data?: unknown;
  /** Experiences of other environments are skipped; unset: no environment check. */
  readonly environment?: string | undefined;
  /** Config to decide with until the first fetch succeeds. */
  readonly fallbackData?: unknown;
  readonly transport?: Transport | FetchTransportOptions;
  /** `low` asks the service for a short-lived copy. */
  readonly cacheLevel?: 'default' | 'low';
  /** Makes the service return drafts; lives 24 hours. */
  readonly debugToken?: string;
  /** `false`: fetch once. Default: every 300 s, up to 30 s later by chance. */
  readonly refresh?: RefreshOptions | false;
  /** Events per request to the collector; default 10. */
  readonly batchSize?: number;
  /** Delivers what is queued this many ms after the first event; unset: on size and on `flush()` only. */
  readonly autoFlushIntervalMs?: number;
  /** Events kept while the collector is away; the oldest are dropped beyond it. Default 10,000. */
  readonly maxQueueSize?: number;
  readonly retry?: RetryOptions;
  /** Where visitor records live; default: this process's memory, bounded. */
  readonly dataStore?: DataStore;
  /** `hold` keeps events until `setTracking('on')`; `off` drops them. Default `on`. */
  readonly tracking?: Tracking;
  /** Reported as the sender of tracking requests; default `js-sdk`. */
  readonly source?: string;
  readonly logger?: Logger;
  /** Default `warn`. */
  readonly logLevel?: LogLevel;
  readonly clock?: Clock;
  /** Source of jitter, 0 ≤ n < 1; default `Math.random`. */
  readonly random?: () => number;
}

export type Tracking = 'on' | 'hold' | 'off';

export interface FetchTransportOptions {
  /** Default `https://cdn-4.convertexperiments.com/api/v1`. */
  readonly configUrl?: string | undefined;
  /** Default `https://[project_id].metrics.convertexperiments.com/v1`; `[project_id]` is replaced. */
  readonly trackUrl?: string | undefined;
  /** Default 5,000 ms. */
  readonly timeoutMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly fetch?: typeof globalThis.fetch;
}

export interface RefreshOptions {
  /** Default 300,000 ms. */
  readonly intervalMs?: number;
  /** Default 30,000 ms. */
  readonly jitterMs?: number;
  /** Default 2. */
  readonly backoffFactor?: number;
  /** Default 600,000 ms. */
  readonly backoffMaxMs?: number;
}

export interface RetryOptions {
  /** Default 500 ms. */
  readonly baseMs?: number;
  /** Default 2. */
  readonly factor?: number;
  /** Default 30,000 ms. */
  readonly maxMs?: number;
  /** Share of each wait that is random, 0 to 1; default 0.5. */
  readonly jitter?: number;
}
