import type { ConvertOptions } from './options.ts';
import type { SharedCore } from './shared-core.ts';

// The edge runtime's own name for itself, and not there anywhere else.
declare const EdgeRuntime: unknown;

const ADVICE =
  'Middleware on the edge shares no memory with the pages: give createConvert() a `secret`, or they show the original of experiences that are bound to a location.';

/** Pages that miss experiences look as if nobody had qualified: only the middleware knows why. */
export function adviseOnEdge({ notices }: SharedCore, { secret }: ConvertOptions): void {
  if (typeof EdgeRuntime === 'string' && secret === undefined) notices.advice(ADVICE);
}
