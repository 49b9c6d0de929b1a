/** One secret, or several while one replaces another; `undefined` so that `process.env.…` can be handed over as it is. */
export type WebhookSecret = string | undefined | readonly (string | undefined)[];

/** How a sender signs its webhooks: HMAC-SHA-256 over the body as it was sent. Plain values, made to be spread. */
export interface WebhookScheme {
  readonly secret: WebhookSecret;
  /** `text`: the key is the secret's UTF-8 bytes, the default; `base64`: what the secret stands for. */
  readonly secretEncoding?: 'text' | 'base64';
  /** The header that carries the signature. */
  readonly header: string;
  /** `base64` is read in either alphabet, padded or not. */
  readonly encoding: 'hex' | 'base64';
  /** What a signature begins with, for example `sha256=`; entries that begin otherwise are passed over. */
  readonly prefix?: string;
  /** Stands between the entries of the header; unset: the whole header is one signature. */
  readonly separator?: ',' | ' ';
  /** For senders that say when they signed. */
  readonly timestamp?: WebhookTimestamp;
  /** How far a timestamp may be from now, in seconds, past or future; default 300. */
  readonly toleranceSeconds?: number;
  /** Longest body, in bytes; default 1 MiB. */
  readonly maxBytes?: number;
  /** What timestamps are compared with, in ms since 1970; default: the current time. */
  readonly now?: number;
}

export interface WebhookTimestamp {
  /** The header that carries it, in seconds since 1970; may be the signature's. */
  readonly header: string;
  /** What its entry begins with, for example `t=`. */
  readonly prefix?: string;
  /** The text that is signed before the body and contains the timestamp; `null` refuses the request. */
  readonly signedBefore: (timestamp: string, headers: Headers) => string | null;
}

/** Webhooks of a Shopify app or shop; the secret is the app's client secret. */
export function shopifyWebhook(secret: WebhookSecret): WebhookScheme {
  return { secret, header: 'x-shopify-hmac-sha256', encoding: 'base64' };
}

/** Webhooks of a WooCommerce shop. */
export function wooCommerceWebhook(secret: WebhookSecret): WebhookScheme {
  return { secret, header: 'x-wc-webhook-signature', encoding: 'base64' };
}

/** Webhooks of a GitHub repository, organization or app. */
export function githubWebhook(secret: WebhookSecret): WebhookScheme {
  return { secret, header: 'x-hub-signature-256', prefix: 'sha256=', encoding: 'hex' };
}

/** Webhooks of Stripe; the secret is the endpoint's, `whsec_…`. */
export function stripeWebhook(secret: WebhookSecret): WebhookScheme {
  const header = 'stripe-signature';
  return {
    secret,
    header,
    separator: ',',
    prefix: 'v1=',
    encoding: 'hex',
    timestamp: { header, prefix: 't=', signedBefore: (timestamp) => `${timestamp}.` },
  };
}

/** Webhooks as https://www.standardwebhooks.com describes them, symmetric; the secret is base64, with or without `whsec_`. */
export function standardWebhook(secret: WebhookSecret): WebhookScheme {
  return {
    secret: [secret].flat().map((one) => one?.replace(/^whsec_/, '')),
    secretEncoding: 'base64',
    header: 'webhook-signature',
    separator: ' ',
    prefix: 'v1,',
    encoding: 'base64',
    timestamp: {
      header: 'webhook-timestamp',
      signedBefore(timestamp, headers) {
        const id = headers.get('webhook-id');
        // With a full stop in the id, one signed text could be cut into id, timestamp and body in more than one way.
        return id === null || !/^[^.]+$/.test(id) ? null : `${id}.${timestamp}.`;
      },
    },
  };
}
