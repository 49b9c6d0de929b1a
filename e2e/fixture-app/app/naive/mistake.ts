/** When trackers without a memory of their own commonly count. */
export type Mistake =
  | 'while-rendering'
  | 'on-every-mount'
  | 'on-every-return'
  | 'on-the-server'
  | 'on-every-sight'
  | 'at-half-sight';

/** Names the mistake that counts in this visitor's pages, in the place of the library. */
export const MISTAKE_COOKIE = 'counts';

/** The part of an assignment that is reported. */
export interface Exposed {
  readonly experienceId: string;
  readonly variationId: string;
}
