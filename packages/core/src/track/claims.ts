import { isPromise } from '../promise.ts';
import type { StoreOptions } from '../store-writes.ts';
import { withTimeLimit } from '../time-limit.ts';

/**
 * Claims everything named for a visitor, one after the other until something is taken; `false` then: somebody else has
 * counted it. Never throws or rejects: what cannot be claimed is counted, so that nothing is lost.
 */
export type Claim = (visitorId: string, ...names: readonly string[]) => boolean | Promise<boolean>;

/** Where the application's store cannot tell who is first, everybody is. */
export function claimsIn({ store, keyOf, timeoutMs, clock, failed }: StoreOptions): Claim {
  // An event that waits for its claim is worth a process's last moments.
  const patient: typeof clock = { now: () => clock.now(), after: (ms, run) => clock.after(ms, run, true) };

  function claimAll([key, ...rest]: readonly string[]): boolean | PromiseLike<boolean> {
    if (key === undefined) return true;
    const isFirst: unknown = store.add?.(key);
    if (isPromise(isFirst)) return isFirst.then((answer) => answer !== false && claimAll(rest));
    return isFirst !== false && claimAll(rest);
  }

  function failedToAdd(cause: unknown): true {
    failed('add', cause);
    return true;
  }

  return (visitorId, ...names) => {
    const record = keyOf(visitorId);
    if (record === null || typeof store.add !== 'function') return true;
    try {
      const granted = claimAll(names.map((name) => `${record}:${name}`));
      if (!isPromise(granted)) return granted;
      return withTimeLimit(async () => granted, timeoutMs, patient).catch(failedToAdd);
    } catch (cause) {
      return failedToAdd(cause);
    }
  };
}
