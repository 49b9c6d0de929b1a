import type { RefreshPlan } from './config/refresh.ts';
import { ConvertError } from './errors.ts';
import type { CoreOptions } from './options.ts';
import type { RetryPlan } from './track/queue.ts';

/** The numbers Core runs with: the options where given, the defaults where not. */
export interface Settings {
  readonly batchSize: number;
  readonly autoFlushIntervalMs: number | undefined;
  readonly maxQueueSize: number;
  readonly timeoutMs: number;
  readonly retry: RetryPlan;
  readonly refresh: RefreshPlan;
}

/** Throws `ConvertError` `options_invalid`, naming the option, for a number that cannot be what was meant. */
export function settingsOf(options: CoreOptions): Settings {
  const retry = options.retry ?? {};
  const refresh = options.refresh ?? {};
  const transport = options.transport ?? {};
  const polling = refresh === false ? {} : refresh;
  const timeoutMs = 'timeoutMs' in transport ? transport.timeoutMs : undefined;
  return {
    batchSize: atLeast(1, 'batchSize', options.batchSize, 10),
    autoFlushIntervalMs: atLeast(1, 'autoFlushIntervalMs', options.autoFlushIntervalMs, undefined),
    maxQueueSize: atLeast(1, 'maxQueueSize', options.maxQueueSize, 10_000),
    timeoutMs: atLeast(1, 'transport.timeoutMs', timeoutMs, 5_000),
    retry: {
      baseMs: atLeast(1, 'retry.baseMs', retry.baseMs, 500),
      factor: atLeast(1, 'retry.factor', retry.factor, 2),
      maxMs: atLeast(1, 'retry.maxMs', retry.maxMs, 30_000),
      jitter: Math.min(1, atLeast(0, 'retry.jitter', retry.jitter, 0.5)),
    },
    refresh: {
      intervalMs: refresh === false ? null : atLeast(1, 'refresh.intervalMs', polling.intervalMs, 300_000),
      jitterMs: refresh === false ? 0 : atLeast(0, 'refresh.jitterMs', polling.jitterMs, 30_000),
      backoffFactor: atLeast(1, 'refresh.backoffFactor', polling.backoffFactor, 2),
      backoffMaxMs: atLeast(1, 'refresh.backoffMaxMs', polling.backoffMaxMs, 600_000),
    },
  };
}

function atLeast<Fallback>(
  least: number,
  option: string,
  given: number | undefined,
  fallback: Fallback,
): number | Fallback {
  if (given === undefined) return fallback;
  if (typeof given === 'number' && given >= least) return given;
  throw new ConvertError('options_invalid', `${option} must be a number of at least ${least}, got ${String(given)}.`);
}
