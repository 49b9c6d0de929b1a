import type { StoredVisitor } from './visitor-record.ts';

export interface TransportRequest {
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** How Core reaches Convert. Both methods may reject; Core then retries with back-off. */
export interface Transport {
  /** `body` is the parsed JSON of the answer, or `undefined` when it carried none (304). */
  fetchConfig(request: TransportRequest): Promise<{
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  }>;
  /** `body` is the wire object, to be sent as JSON. */
  send(request: TransportRequest & { readonly body: TrackingBody }): Promise<{
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
  }>;
}

/** Where visitor records live between contexts. Keys look like `accountId-projectId-visitorId`. */
export interface DataStore {
  get(key: string): StoredVisitor | null | undefined | Promise<StoredVisitor | null | undefined>;
  set(key: string, record: StoredVisitor): void | Promise<void>;
  /**
   * Adds a key to those that were added before, in one step: `true` for whoever is the first, in whichever process,
   * `false` for everybody after. With it, processes that share the store count an exposure, a goal and a transaction once
   * also when they meet in the same instant; without it, once one has read what another has written. A key stands for one
   * visitor and variation, goal or transaction, begins with the visitor's key and comes with no record. It may expire when
   * no repetition is to be expected any more, after a year for example; `core.forget()` leaves it alone.
   *
   * @example
   * add: async (key) => (await redis.set(`once:${key}`, '1', { NX: true, EX: 31_536_000 })) !== null
   */
  add?(key: string): boolean | Promise<boolean>;
}

/** Time, in ms. */
export interface Clock {
  now(): number;
  /** Runs `run` once after `ms`, unless cancelled. The process need not wait for it, except with `keepAlive`. */
  after(ms: number, run: () => void, keepAlive?: boolean): () => void;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface Logger {
  log(
    level: Exclude<LogLevel, 'silent'>,
    message: string,
    details: Readonly<Record<string, string | number | boolean | null>>,
  ): void;
}

/** The JSON body of `POST {trackUrl}/track/{sdkKey}`. */
export interface TrackingBody {
  readonly accountId: string;
  readonly projectId: string;
  readonly enrichData: boolean;
  readonly source: string;
  readonly visitors: readonly TrackedVisitor[];
}

export interface TrackedVisitor {
  readonly visitorId: string;
  readonly segments?: Readonly<Record<string, unknown>>;
  readonly events: readonly TrackedEvent[];
}

export type TrackedEvent =
  | {
      readonly eventType: 'bucketing';
      readonly data: { readonly experienceId: string; readonly variationId: string };
    }
  | {
      readonly eventType: 'conversion';
      readonly data: {
        readonly goalId: string;
        readonly goalData?: readonly { readonly key: string; readonly value: string | number }[];
        readonly bucketingData?: Readonly<Record<string, string>>;
      };
    };
