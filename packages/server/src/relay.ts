import type { Context, Core } from '@convert-fullstack/core';
import {
  ConvertError,
  RELAY_MAX_BYTES,
  type RelayConversion,
  type RelayEvent,
  type RelayReceipt,
} from '@convert-fullstack/core/bridge';
import { decideRequest, originalPayload, type ReadAttributes } from './decide-request.ts';
import { publicUrl } from './public-url.ts';
import { parseBatch, parseEvent, RELAY_MAX_EVENTS } from './relay-schema.ts';
import { readBody } from './request-body.ts';
import { isSameOrigin } from './same-origin.ts';
import { type CookieOptions, visitorIdOf } from './visitor-id.ts';

export interface RelayOptions extends CookieOptions {
  /** `null` when there is none: everything is answered with 503. */
  readonly core: Core | null;
  /** The application's own attributes, for the decisions of `GET …/payload`. */
  readonly attributes?: ReadAttributes | undefined;
  /** Told about failures the browser only sees as 503, for example a store that cannot be reached. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** Why a request was refused as a whole: the `error` of the answer's JSON. */
export type RelayRefusal =
  | 'not_found'
  | 'method_not_allowed'
  | 'cross_origin'
  | 'content_type_unsupported'
  | 'visitor_missing'
  | 'body_unreadable'
  | 'body_too_large'
  | 'json_invalid'
  | 'batch_invalid'
  | 'too_many_events'
  | 'url_invalid'
  | 'config_unavailable'
  | 'unavailable';

const CONTENT_TYPES = new Set(['application/json', 'text/plain']);
const URL_MAX_LENGTH = 2_048;
/** Seconds. */
const RETRY_AFTER = '5';

/**
 * Answers what the browser asks of its own server: `POST …/events` takes events over (202 and a `RelayReceipt`; call
 * `core.flush()` after the response), `GET …/payload?url=/path` decides for a page of this site. The visitor is always
 * the one of the cookie.
 *
 * @example
 * const response = await relay(request, { core });
 * waitUntil(core.flush());
 */
export async function relay(request: Request, options: RelayOptions): Promise<Response> {
  try {
    const action = /\/([^/]+)\/?$/.exec(new URL(request.url).pathname)?.[1];
    if (action === 'events') return await takeEvents(request, options);
    if (action === 'payload') return await givePayload(request, options);
    return refuse(404, 'not_found');
  } catch (error) {
    options.onError?.(error);
    return refuse(503, 'unavailable', { 'retry-after': RETRY_AFTER });
  }
}

async function takeEvents(request: Request, { core, cookieName }: RelayOptions): Promise<Response> {
  if (request.method !== 'POST') return refuse(405, 'method_not_allowed', { allow: 'POST' });
  if (!isSameOrigin(request)) return refuse(403, 'cross_origin');
  // Beacons and keepalive requests without preflight say text/plain.
  if (!CONTENT_TYPES.has(contentType(request))) return refuse(415, 'content_type_unsupported');
  const visitorId = visitorIdOf(request, { cookieName });
  if (visitorId === null) return refuse(400, 'visitor_missing');
  if (!core?.currentConfig) return refuse(503, 'config_unavailable', { 'retry-after': RETRY_AFTER });

  const text = await readBody(request, RELAY_MAX_BYTES).catch(() => undefined);
  if (text === undefined) return refuse(400, 'body_unreadable');
  if (text === null) return refuse(413, 'body_too_large');
  const body = parseJson(text);
  if (body === undefined) return refuse(400, 'json_invalid');
  const events = parseBatch(body);
  if (events === null) return refuse(400, 'batch_invalid');
  if (events.length > RELAY_MAX_EVENTS) return refuse(413, 'too_many_events');

  const context = await core.loadContext(visitorId);
  const outcomes = events.map((event) => takeEvent(core, context, parseEvent(event)));
  const rejected = outcomes.flatMap((reason, index) => (reason === null ? [] : [{ index, reason }]));
  const receipt: RelayReceipt = { accepted: events.length - rejected.length, rejected };
  return json(202, receipt);
}

/** `null` when the event was taken over, otherwise why not. */
function takeEvent(core: Core, context: Context, event: RelayEvent | null): string | null {
  if (event === null) return 'event_invalid';
  if (event.type === 'conversion') return takeConversion(core, context, event);
  const { experienceId, variationId } = event;
  if (core.assignment(experienceId, variationId) === null) return 'assignment_unknown';
  context.expose({ experienceId, variationId });
  return null;
}

function takeConversion(core: Core, context: Context, event: RelayConversion): string | null {
  const { type: _, goalKey, exposed = {}, ...options } = event;
  if (!core.hasGoal(goalKey)) return 'goal_not_found';
  const known = Object.entries(exposed).filter((pair) => core.assignment(...pair) !== null);
  try {
    return context.trackConversion(goalKey, { ...options, exposed: Object.fromEntries(known) }).reason;
  } catch (error) {
    if (error instanceof ConvertError) return error.code;
    throw error;
  }
}

async function givePayload(request: Request, { core, cookieName, attributes }: RelayOptions): Promise<Response> {
  if (request.method !== 'GET') return refuse(405, 'method_not_allowed', { allow: 'GET' });
  if (!isSameOrigin(request)) return refuse(403, 'cross_origin');
  const url = pageUrl(request);
  if (url === null) return refuse(400, 'url_invalid');
  if (!core?.currentConfig) return refuse(503, 'config_unavailable', { 'retry-after': RETRY_AFTER });
  const visitorId = visitorIdOf(request, { cookieName });
  if (visitorId === null) return json(200, originalPayload(null));
  const visitor = { visitorId, isNew: false };
  return json(200, await decideRequest(core, { visitor, url, headers: request.headers, attributes, cookieName }));
}

/** The page that is asked for, if it is one of this site. */
function pageUrl(request: Request): URL | null {
  const own = publicUrl(request);
  const asked = own.searchParams.get('url');
  if (!asked || asked.length > URL_MAX_LENGTH || !URL.canParse(asked, own)) return null;
  const page = new URL(asked, own);
  page.hash = '';
  return page.origin === own.origin ? page : null;
}

function contentType(request: Request): string {
  return request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refuse(status: number, error: RelayRefusal, headers?: Readonly<Record<string, string>>): Response {
  return json(status, { error }, headers);
}

function json(status: number, body: unknown, headers?: Readonly<Record<string, string>>): Response {
  return Response.json(body, { status, headers: { 'cache-control': 'private, no-store', ...headers } });
}
