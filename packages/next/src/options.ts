import type { CoreOptions } from '@convert-fullstack/core';
import type { GoalKey } from '@convert-fullstack/core/register';
import type { ReadAttributes, VisitorOptions } from '@convert-fullstack/server';

export interface ConvertOptions extends CoreOptions, VisitorOptions {
  /**
   * The application's own attributes of a request, laid over `country`, `device`, `browser`, `language`, `visitorType`,
   * `referrer` and `utm_*`. Called when an audience looks at attributes, at most once for each time a request is decided.
   *
   * @example
   * attributes: ({ cookies }) => ({ loyalty_member: cookies.get('plan') === 'gold' })
   */
  readonly attributes?: ReadAttributes;
  /** What the browser may say about conversions, where visitors and scripts can say anything. */
  readonly browserConversions?: BrowserConversions;
  /**
   * Longest a request waits in the proxy, and a page for the first config, in ms; default 1,000. Afterwards it goes on
   * without a decision.
   */
  readonly timeoutMs?: number;
  /**
   * Signs what the proxy hands to the pages. Needed only where proxy and pages run in different processes (edge
   * middleware, some hosts): without it what the proxy found out stays in its process, and pages elsewhere decide again.
   */
  readonly secret?: string | undefined;
}

/** Default of `timeoutMs`. */
export const TIMEOUT_MS = 1_000;

/** `true`, the default: for every goal; `false`: for none. */
export interface BrowserConversions {
  /** Amounts. */
  readonly revenue?: boolean | readonly GoalKey[] | undefined;
  /** Counting a goal again that the visitor has reached before. */
  readonly forceMultiple?: boolean | readonly GoalKey[] | undefined;
}

/** The options that are Core's; the others are about requests. */
export function coreOptions({
  attributes: _attributes,
  browserConversions: _browserConversions,
  consent: _consent,
  cookie: _cookie,
  isBot: _isBot,
  secret: _secret,
  timeoutMs: _timeoutMs,
  visitorId: _visitorId,
  ...options
}: ConvertOptions): CoreOptions {
  return options;
}
