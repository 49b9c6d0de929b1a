import type { Core } from '@convert-fullstack/core';
import type { ReadAttributes } from '../decide-request.ts';
import type { VisitorOptions } from '../visitor-options.ts';

/** What conversions from the browser may say, where scripts and visitors can say anything: for all goals, or those named. */
export interface BrowserConversions {
  /** Amounts. Default `true`. */
  readonly revenue?: boolean | readonly string[] | undefined;
  /** Counting a goal again that the visitor has reached. Default `true`. */
  readonly forceMultiple?: boolean | readonly string[] | undefined;
}

export interface RelayOptions extends VisitorOptions {
  /** A function where it is made later. `null`: there is none, and whatever needs one is answered with 503. */
  readonly core: Core | null | (() => Core | null);
  /** The application's own attributes, for the decisions of `GET …/payload`. */
  readonly attributes?: ReadAttributes | undefined;
  readonly browserConversions?: BrowserConversions | undefined;
  /**
   * How many requests a visitor may send in the long run, and at once; default 300. A page sends a handful, and at most ten
   * a second.
   */
  readonly requestsPerMinute?: number | undefined;
  /** Told about failures the browser only sees as 503, for example when one of the application's own functions throws. */
  readonly onError?: ((error: unknown) => void) | undefined;
}
