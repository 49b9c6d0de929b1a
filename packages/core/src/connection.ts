import { fetchTransport } from './adapters/fetch-transport.ts';
import { isObject } from './config/wire-config.ts';
import type { CoreOptions, FetchTransportOptions } from './options.ts';
import type { Clock, Transport } from './ports.ts';
import { withTimeLimit } from './time-limit.ts';
import type { QueuedEvent } from './track/wire-events.ts';
import { baseUrl, CONFIG_URL, configRequest, retryAfterMs, TRACK_URL, trackingRequest } from './wire-requests.ts';

/** Convert as one project reaches it. Both requests reject when there is no answer in time. */
export interface Connection {
  /** `experienceId`: a config that also contains that experience if it is a draft. `etag`: of the config at hand. */
  fetchConfig(experienceId: string | null, etag: string | null): ReturnType<Transport['fetchConfig']>;
  send(project: Project, events: readonly QueuedEvent[]): Promise<{ status: number; retryAfterMs: number | null }>;
  /** Gives up waiting for a config; events under way may still arrive. */
  close(): void;
}

interface Project {
  readonly accountId: string;
  readonly projectId: string;
}

/** `timeoutMs`: of each request. Throws `ConvertError` `options_invalid` for addresses that are no http(s) URLs. */
export function connect(options: CoreOptions, timeoutMs: number, clock: Clock): Connection {
  const own = isTransport(options.transport) ? options.transport : null;
  const settings: FetchTransportOptions = isTransport(options.transport) ? {} : (options.transport ?? {});
  const transport = own ?? fetchTransport(settings);
  const configUrl = baseUrl('configUrl', settings.configUrl ?? CONFIG_URL);
  const trackUrl = baseUrl('trackUrl', settings.trackUrl ?? TRACK_URL);
  const closing = new AbortController();
  return {
    fetchConfig(experienceId, etag) {
      const request = configRequest(options, configUrl, experienceId, etag);
      const fetching = (signal: AbortSignal) => transport.fetchConfig({ ...request, signal });
      return withTimeLimit(fetching, timeoutMs, clock, closing.signal);
    },
    async send(project, events) {
      const request = trackingRequest(options, trackUrl, project, events);
      const sending = (signal: AbortSignal) => transport.send({ ...request, signal });
      const { status, headers } = await withTimeLimit(sending, timeoutMs, clock);
      // Optional: what the collector has taken over must not be sent again because a transport forgot the headers.
      return { status, retryAfterMs: retryAfterMs(headers?.['retry-after'], clock.now()) };
    },
    close() {
      closing.abort(new Error('closed'));
    },
  };
}

function isTransport(value: CoreOptions['transport']): value is Transport {
  return isObject(value) && typeof value.fetchConfig === 'function' && typeof value.send === 'function';
}
