import { ConvertError } from '@convert-fullstack/core';
import type { WebhookScheme } from './webhook-schemes.ts';

const ALGORITHM = { name: 'HMAC', hash: 'SHA-256' };
const SIGNATURE_BYTES = 32;
/** In hex; base64 is shorter. */
const MAX_SIGNATURE_LENGTH = 64;
const TOLERANCE_SECONDS = 300;
const MAX_BYTES = 1_048_576;
/** More than a rotation needs; a long header must not have a long body hashed over and over. */
const MAX_SIGNATURES = 8;

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * The body of a webhook as text when its sender has signed it, otherwise `null`: answer 401 and track nothing.
 *
 * Call it before the body is read. A signed request may arrive twice: senders retry, and whoever saw it can send it again.
 * Convert with a `transactionId` (and a DataStore that all processes share), and it counts once.
 *
 * Rejects with `ConvertError` `options_invalid` when a secret is missing or empty, and when the body was read before.
 *
 * @example
 * const body = await verifyWebhook(request, shopifyWebhook(process.env.SHOPIFY_CLIENT_SECRET));
 * if (body === null) return new Response(null, { status: 401 });
 */
export async function verifyWebhook(request: Request, scheme: WebhookScheme): Promise<string | null> {
  const secrets = secretsOf(scheme);
  if (request.bodyUsed) throw misuse('the request before its body is read: call it first and parse what it returns');
  const signatures = signaturesOf(request.headers, scheme);
  const before = signedBefore(request.headers, scheme);
  if (signatures.length === 0 || before === null) return null;
  // A body that breaks off is not the one that was signed.
  const body = await readBody(request, scheme.maxBytes ?? MAX_BYTES).catch(() => null);
  if (body === null) return null;
  // Bytes, not text: what is no UTF-8 does not survive decoding.
  const message = await new Blob([before, body]).arrayBuffer();
  return (await isSigned(message, secrets, signatures)) ? body.text() : null;
}

async function isSigned(message: ArrayBuffer, secrets: readonly Bytes[], signatures: readonly Bytes[]) {
  for (const secret of secrets) {
    const key = await crypto.subtle.importKey('raw', secret, ALGORITHM, false, ['verify']);
    for (const signature of signatures) {
      // Takes the same time wherever a wrong signature differs from the right one.
      if (await crypto.subtle.verify('HMAC', key, signature, message)) return true;
    }
  }
  return false;
}

function secretsOf({ secret, secretEncoding = 'text', header }: WebhookScheme): Bytes[] {
  const decode = secretEncoding === 'base64' ? fromBase64 : (text: string) => new TextEncoder().encode(text);
  const secrets = [secret].flat().map((one) => (typeof one === 'string' ? decode(one) : null));
  const usable = secrets.flatMap((bytes) => (bytes?.length ? [bytes] : []));
  // All of them: everybody can sign with an empty one.
  if (usable.length > 0 && usable.length === secrets.length) return usable;
  throw misuse(`secrets for the header "${header}", ${secretEncoding} and not empty: is the environment variable set?`);
}

function signaturesOf(headers: Headers, scheme: WebhookScheme): Bytes[] {
  const decode = scheme.encoding === 'hex' ? fromHex : fromBase64;
  return entriesOf(headers, scheme)
    .slice(0, MAX_SIGNATURES)
    .filter((entry) => entry.length <= MAX_SIGNATURE_LENGTH)
    .map(decode)
    .flatMap((bytes) => (bytes?.length === SIGNATURE_BYTES ? [bytes] : []));
}

/** `null`: the request does not say when it was signed, or says so too late or too early. */
function signedBefore(headers: Headers, scheme: WebhookScheme): string | null {
  const { timestamp, separator, toleranceSeconds = TOLERANCE_SECONDS, now = Date.now() } = scheme;
  if (timestamp === undefined) return '';
  const [signedAt = ''] = entriesOf(headers, { ...timestamp, separator });
  if (!/^\d{1,12}$/.test(signedAt)) return null;
  const isCurrent = Math.abs(now / 1_000 - Number(signedAt)) <= toleranceSeconds;
  return isCurrent ? timestamp.signedBefore(signedAt, headers) : null;
}

interface Entries {
  readonly header: string;
  readonly prefix?: string | undefined;
  readonly separator?: string | undefined;
}

function entriesOf(headers: Headers, { header, prefix = '', separator }: Entries): string[] {
  const value = headers.get(header) ?? '';
  const entries = separator === undefined ? [value] : value.split(separator).map((entry) => entry.trim());
  return entries.filter((entry) => entry.startsWith(prefix)).map((entry) => entry.slice(prefix.length));
}

/** `null` once it is longer than `maxBytes`. */
async function readBody(request: Request, maxBytes: number): Promise<Blob | null> {
  const chunks: Bytes[] = [];
  if (request.body === null) return new Blob(chunks);
  const reader = request.body.getReader();
  // `Content-Length` may lie, so bytes are counted as they arrive and reading stops there.
  let room = maxBytes;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Blob(chunks);
    room -= value.byteLength;
    if (room >= 0) chunks.push(value);
    else {
      // Not awaited: a sender that goes on sending must not hold the answer back.
      reader.cancel().catch(() => {});
      return null;
    }
  }
}

function fromHex(text: string): Bytes | null {
  if (!/^(?:[0-9a-f]{2})+$/i.test(text)) return null;
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function fromBase64(text: string): Bytes | null {
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(text)) return null;
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, ''));
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch {
    // Cut off in the middle of a byte.
    return null;
  }
}

function misuse(needed: string): ConvertError {
  return new ConvertError('options_invalid', `verifyWebhook() needs ${needed}.`);
}
