import type { ConvertOptions } from './options.ts';
import type { SharedCore } from './shared-core.ts';

// The edge runtime's own name for itself, and not there anywhere else.
declare const EdgeRuntime: unknown;

const ADVICE =
  'This middleware runs on the edge runtime, where it shares no memory with the pages: they decide again without knowing their address, and ' +
  'show the original of experiences that are bound to a location. Give createConvert() a `secret`, the same for the middleware and the pages.';

/** Pages that are missed experiments look as if nobody had qualified: only the middleware knows why. */
export function adviseOnEdge({ notices }: SharedCore, { secret }: ConvertOptions): void {
  if (typeof EdgeRuntime === 'string' && secret === undefined) notices.advice(ADVICE);
}
