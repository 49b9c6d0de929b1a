import { createRateLimit } from './rate-limit.ts';
import type { Action } from './relay/action.ts';
import { refuse, refuseForNow } from './relay/answer.ts';
import { createCatchUp } from './relay/catch-up.ts';
import { consent } from './relay/consent.ts';
import { events } from './relay/events.ts';
import type { RelayOptions } from './relay/options.ts';
import { payload } from './relay/payload.ts';
import { createTakenBatches } from './relay/taken-batches.ts';
import { isSameOrigin } from './same-origin.ts';

export type { RelayRefusal } from './relay/answer.ts';
export type { BrowserConversions, RelayOptions } from './relay/options.ts';

/** Answers what the browser asks of its own server. */
export type Relay = (request: Request) => Promise<Response>;

const ACTIONS: ReadonlyMap<string | undefined, Action> = new Map([
  ['events', events],
  ['consent', consent],
  ['payload', payload],
]);
const CONTENT_TYPES = new Set(['application/json', 'text/plain']);
const REQUESTS_PER_MINUTE = 300;

/**
 * The server's end of what happens in the browser: `POST …/events` takes events over (202 and a `RelayReceipt`; call
 * `core.flush()` after the response), `POST …/consent` keeps or erases the visitor, `GET …/payload?url=/path` decides for
 * a page of this site. Make one and keep it: it remembers which batches it has taken, and who sends too much.
 *
 * Throws `ConvertError` `options_invalid` for a `requestsPerMinute` that is no positive number.
 *
 * @example
 * const relay = createRelay({ core });
 * const response = await relay(request);
 * waitUntil(core.flush());
 */
export function createRelay(options: RelayOptions): Relay {
  const limit = createRateLimit(options.requestsPerMinute ?? REQUESTS_PER_MINUTE);
  const batches = createTakenBatches();
  const catchUp = createCatchUp();
  return async (request) => {
    try {
      const action = ACTIONS.get(/\/([^/]+)\/?$/.exec(new URL(request.url).pathname)?.[1]);
      if (action === undefined) return refuse(404, 'not_found');
      if (request.method !== action.method) return refuse(405, 'method_not_allowed', { allow: action.method });
      if (!isSameOrigin(request)) return refuse(403, 'cross_origin');
      // Beacons and keepalive requests without preflight say text/plain.
      if (action.method === 'POST' && !CONTENT_TYPES.has(contentType(request))) {
        return refuse(415, 'content_type_unsupported');
      }
      const core = typeof options.core === 'function' ? options.core() : options.core;
      return await action.answer(request, { options, core, limit, batches, catchUp });
    } catch (error) {
      options.onError?.(error);
      return refuseForNow('unavailable');
    }
  };
}

function contentType(request: Request): string {
  return request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
