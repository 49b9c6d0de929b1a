import type { Core } from '@convert-fullstack/core';
import type { RateLimit } from '../rate-limit.ts';
import type { CatchUp } from './catch-up.ts';
import type { RelayOptions } from './options.ts';
import type { TakenBatches } from './taken-batches.ts';

/** One thing the relay does for the browser; its name is the last segment of the path. */
export interface Action {
  readonly method: 'GET' | 'POST';
  answer(request: Request, relay: OpenRelay): Promise<Response>;
}

/** What the actions of one relay share. */
export interface OpenRelay {
  readonly options: RelayOptions;
  readonly core: Core | null;
  readonly limit: RateLimit;
  readonly batches: TakenBatches;
  readonly catchUp: CatchUp;
}
