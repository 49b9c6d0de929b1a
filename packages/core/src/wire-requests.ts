import { ConvertError } from './errors.ts';
import type { CoreOptions } from './options.ts';
import type { TrackingBody } from './ports.ts';
import { groupByVisitor, type QueuedEvent } from './track/wire-events.ts';

export const CONFIG_URL = 'https://cdn-4.convertexperiments.com/api/v1';
export const TRACK_URL = 'https://[project_id].metrics.convertexperiments.com/v1';

interface WireRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The request for the project's config; with `experienceId`, one that also contains that experience if it is a draft. */
export function configRequest(
  { sdkKey = '', sdkKeySecret, environment, cacheLevel, debugToken }: CoreOptions,
  configUrl: string,
  experienceId: string | null,
  etag: string | null,
): WireRequest {
  const query = new URLSearchParams();
  if (environment !== undefined) query.set('environment', environment);
  if (experienceId !== null) query.set('exp', experienceId);
  if (cacheLevel === 'low' || debugToken !== undefined || experienceId !== null) query.set('_conv_low_cache', '1');
  if (debugToken !== undefined) query.set('debug_token', debugToken);
  const search = query.toString();
  const headers: Record<string, string> = { accept: 'application/json', ...agentHeader() };
  if (sdkKeySecret !== undefined) headers.authorization = `Bearer ${sdkKeySecret}`;
  if (etag !== null) headers['if-none-match'] = etag;
  return { url: `${configUrl}/config/${encodeURIComponent(sdkKey)}${search && `?${search}`}`, headers };
}

/** The request that reports events. The secret stays out of it: it belongs to the config host only. */
export function trackingRequest(
  { sdkKey, dataStore, source = 'js-sdk' }: CoreOptions,
  trackUrl: string,
  { accountId, projectId }: { readonly accountId: string; readonly projectId: string },
  events: readonly QueuedEvent[],
): WireRequest & { readonly body: TrackingBody } {
  const path = sdkKey ? encodeURIComponent(sdkKey) : `${accountId}/${projectId}`;
  return {
    url: `${trackUrl.replace('[project_id]', projectId)}/track/${path}`,
    headers: { 'content-type': 'application/json', ...agentHeader() },
    // Without a store of ours the service is asked to deduplicate and to fill in what it knows.
    body: { accountId, projectId, enrichData: dataStore === undefined, source, visitors: groupByVisitor(events) },
  };
}

/** A base URL without a trailing slash. Throws `ConvertError` `options_invalid` for what is no http(s) URL. */
export function baseUrl(option: string, value: string): string {
  if (!/^https?:\/\/[^\s]+$/.test(value)) {
    throw new ConvertError(
      'options_invalid',
      `transport.${option} must be an http(s) URL, got "${value.slice(0, 80)}".`,
    );
  }
  return value.replace(/\/+$/, '');
}

/** How long a `Retry-After` header asks to wait, in ms, at most an hour; `null` when it does not. */
export function retryAfterMs(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, 3_600_000) : null;
}

// Convert discards what looks like a bot, which includes server-side default agents. Browsers must not send the header:
// it would turn a simple request into one that needs a preflight.
function agentHeader(): Record<string, string> {
  return 'document' in globalThis || 'WorkerGlobalScope' in globalThis ? {} : { 'user-agent': 'ConvertAgent/1.0' };
}
