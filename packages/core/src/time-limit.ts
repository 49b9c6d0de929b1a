import type { Clock } from './ports.ts';

/**
 * Runs a request for at most `ms`, or until `end` aborts, also when it does not listen to its signal; rejects with a
 * `TimeoutError` or the reason of `end` then.
 */
export function withTimeLimit<T>(
  request: (signal: AbortSignal) => Promise<T>,
  ms: number,
  clock: Clock,
  end?: AbortSignal,
): Promise<T> {
  const controller = new AbortController();
  return new Promise<T>((resolve, reject) => {
    const stop = (reason: unknown): void => {
      controller.abort(reason);
      reject(reason);
    };
    const cancel = clock.after(ms, () => stop(timeout(ms)));
    const onEnd = (): void => stop(end?.reason);
    end?.addEventListener('abort', onEnd);
    request(controller.signal)
      .then(resolve, reject)
      .finally(() => {
        cancel();
        end?.removeEventListener('abort', onEnd);
      });
  });
}

function timeout(ms: number): Error {
  const late = new Error(`no answer within ${ms} ms`);
  late.name = 'TimeoutError';
  return late;
}
