import type { Clock } from './ports.ts';

/** Runs a request for at most `ms`, also when it does not listen to its signal; rejects with a `TimeoutError` then. */
export function withTimeLimit<T>(request: (signal: AbortSignal) => Promise<T>, ms: number, clock: Clock): Promise<T> {
  const controller = new AbortController();
  return new Promise<T>((resolve, reject) => {
    const cancel = clock.after(ms, () => {
      const late = new Error(`no answer within ${ms} ms`);
      late.name = 'TimeoutError';
      controller.abort(late);
      reject(late);
    });
    request(controller.signal).then(resolve, reject).finally(cancel);
  });
}
