import type { CoreOptions } from '@convert-fullstack/core';
import type { ReadAttributes } from '@convert-fullstack/server';

export interface ConvertOptions extends CoreOptions {
  /**
   * The application's own attributes of a request, laid over `country`, `device`, `browser`, `language`, `visitorType`,
   * `referrer` and `utm_*`.
   *
   * @example
   * attributes: ({ cookies }) => ({ loyalty_member: cookies.get('plan') === 'gold' })
   */
  readonly attributes?: ReadAttributes;
  /** Longest a request waits for the first config, in ms; default 1,000. */
  readonly timeoutMs?: number;
  /** Name of the visitor cookie; default `cv_vid`. */
  readonly cookieName?: string;
  /**
   * Signs what the proxy hands to the pages. Needed only where proxy and pages run in different processes (edge
   * middleware, some hosts): without it each process makes its own key, and pages decide again.
   */
  readonly secret?: string | undefined;
}
