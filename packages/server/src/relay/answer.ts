/** Why a request was refused as a whole: the `error` of the answer's JSON. */
export type RelayRefusal =
  | 'not_found'
  | 'method_not_allowed'
  | 'cross_origin'
  | 'content_type_unsupported'
  | 'automated'
  | 'consent_missing'
  | 'visitor_missing'
  | 'rate_limited'
  | 'body_unreadable'
  | 'body_too_large'
  | 'json_invalid'
  | 'batch_invalid'
  | 'too_many_events'
  | 'consent_invalid'
  | 'url_invalid'
  | 'config_unavailable'
  | 'not_arrived'
  | 'unavailable';

/** Seconds. */
const RETRY_AFTER = 5;

export interface AnswerOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly setCookies?: readonly string[];
}

export function answer(status: number, body: unknown, { headers, setCookies = [] }: AnswerOptions = {}): Response {
  const response = Response.json(body, {
    status,
    // Not `no-store`: a page that has met such an answer is kept out of the browser's back/forward cache.
    headers: { 'cache-control': 'private, no-cache', 'x-content-type-options': 'nosniff', ...headers },
  });
  for (const cookie of setCookies) response.headers.append('set-cookie', cookie);
  return response;
}

export function refuse(status: number, error: RelayRefusal, headers?: Readonly<Record<string, string>>): Response {
  return answer(status, { error }, headers && { headers });
}

/** The browser keeps what it sent, and sends it again later. */
export function refuseForNow(error: RelayRefusal, status = 503, waitMs = RETRY_AFTER * 1_000): Response {
  return refuse(status, error, { 'retry-after': String(Math.ceil(waitMs / 1_000)) });
}
