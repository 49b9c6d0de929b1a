import { afterResponse } from './next-protocol.ts';
import type { SharedCore } from './shared-core.ts';

/** Sends what is queued once the response is out. */
export function deliver(shared: () => SharedCore): void {
  const { core } = shared();
  if (core !== null) afterResponse(() => core.flush());
}
