import type { ConversionOptions } from './conversion.ts';

/** The visitor was shown this variation. */
export interface RelayExposure {
  readonly type: 'exposure';
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

export type RelayEvent = RelayExposure | RelayConversion;

/** Body of `POST {endpoint}/events`. The visitor is the one of the request's cookie, never of the body. */
export interface RelayBatch {
  readonly events: readonly RelayEvent[];
}

/** Answer to a relay batch (status 202): how many events were taken over, and why the others were not. */
export interface RelayReceipt {
  readonly accepted: number;
  readonly rejected: readonly { readonly index: number; readonly reason: string }[];
}

/** Largest relay body in bytes: browsers refuse bigger keepalive requests. */
export const RELAY_MAX_BYTES = 64 * 1024;
