import type { ConversionOptions } from './conversion.ts';

/** The visitor was shown this variation. */
export interface RelayExposure {
  readonly type: 'exposure';
  readonly experienceId: string;
  readonly variationId: string;
}

/** This variation threw, and the visitor is shown the original instead. */
export interface RelayError {
  readonly type: 'error';
  readonly experienceId: string;
  readonly variationId: string;
}

/** The visitor reached this goal. */
export interface RelayConversion extends ConversionOptions {
  readonly type: 'conversion';
  readonly goalKey: string;
  /** Variations the browser has shown to this visitor: experience id to variation id. */
  readonly exposed?: Readonly<Record<string, string>>;
}

/** What the app in the browser knows about the visitor: `attributes` for rules, `segments` for reports. */
export interface RelayTraits {
  readonly type: 'attributes' | 'segments';
  readonly values: Readonly<Record<string, string | number | boolean>>;
}

export type RelayEvent = RelayExposure | RelayError | RelayConversion | RelayTraits;

/** Body of `POST {endpoint}/events`. The visitor is the one of the request's cookie, never of the body. */
export interface RelayBatch {
  /** Made up once for these events: whatever arrives again under it has been taken over already. */
  readonly id?: string;
  /** Who the page was made for, as `visitorOf(payload)`: what somebody else was shown is not counted for this visitor. */
  readonly visitor?: string;
  /** The page is being left and may not hear the answer: the cookie `cv_receipt` tells the next one. */
  readonly isLeaving?: boolean;
  /** None: the page asks whether a batch of this `id` has arrived, which it is told with 202, or else with 503. */
  readonly events: readonly RelayEvent[];
}

/** Body of `POST {endpoint}/consent`: `granted` keeps the id the page was made with, `denied` erases the visitor. */
export type RelayConsent = { readonly consent: 'granted'; readonly visitorId: string } | { readonly consent: 'denied' };

/** Answer to a relay batch (status 202): how many events were taken over, and why the others were not. */
export interface RelayReceipt {
  readonly accepted: number;
  readonly rejected: readonly { readonly index: number; readonly reason: string }[];
  /** The batch had been taken over before; nothing of it was counted again. */
  readonly duplicate?: true;
}

/** Largest relay body in bytes: browsers refuse bigger keepalive requests. */
export const RELAY_MAX_BYTES = 64 * 1024;

/**
 * Cookie that tells what arrived: batch ids (as they are) of pages that could not wait for the answer, and goals, so that
 * the next page, or another server process, knows.
 */
export const RECEIPT_COOKIE = 'cv_receipt';
