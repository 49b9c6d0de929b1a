import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { verifyWebhook } from '../src/webhook.ts';
import {
  githubWebhook,
  shopifyWebhook,
  standardWebhook,
  stripeWebhook,
  type WebhookScheme,
  type WebhookSecret,
  wooCommerceWebhook,
} from '../src/webhook-schemes.ts';

const SECRET = 'shpss_5f2a';
const ORDER = '{"id":820982911946154508,"total":"149.00","note_attributes":[{"name":"cv_vid","value":"visitor-1"}]}';
const NOW = 1_731_705_121;

type Key = string | Buffer;
const hmac = (key: Key, ...signed: (string | Buffer)[]) =>
  signed.reduce<ReturnType<typeof createHmac>>((sum, part) => sum.update(part), createHmac('sha256', key));
const base64 = (key: Key, ...signed: (string | Buffer)[]) => hmac(key, ...signed).digest('base64');
const hex = (key: Key, ...signed: (string | Buffer)[]) => hmac(key, ...signed).digest('hex');

const webhook = (body: BodyInit | null, headers: Record<string, string>) =>
  new Request('https://shop.example/webhooks/orders', {
    method: 'POST',
    body,
    headers,
    ...(body instanceof ReadableStream && { duplex: 'half' }),
  });

/** What a sender of each kind puts into its headers, computed with Node's own crypto. */
const SENDERS: Record<
  string,
  { scheme: (secret: WebhookSecret) => WebhookScheme; sign: (body: string) => Record<string, string> }
> = {
  Shopify: {
    scheme: shopifyWebhook,
    sign: (body) => ({ 'x-shopify-hmac-sha256': base64(SECRET, body) }),
  },
  WooCommerce: {
    scheme: wooCommerceWebhook,
    sign: (body) => ({ 'x-wc-webhook-signature': base64(SECRET, body) }),
  },
  GitHub: {
    scheme: githubWebhook,
    sign: (body) => ({ 'x-hub-signature-256': `sha256=${hex(SECRET, body)}` }),
  },
  Stripe: {
    scheme: (secret) => ({ ...stripeWebhook(secret), now: NOW * 1_000 }),
    sign: (body) => ({
      'stripe-signature': `t=${NOW},v1=${hex(SECRET, `${NOW}.${body}`)},v0=${'0'.repeat(64)}`,
    }),
  },
  'a Standard Webhooks sender': {
    scheme: (secret) => ({
      ...standardWebhook([secret].flat().map((one) => one && `whsec_${Buffer.from(one).toString('base64')}`)),
      now: NOW * 1_000,
    }),
    sign: (body) => ({
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(NOW),
      'webhook-signature': `v1,${base64(SECRET, `msg_1.${NOW}.${body}`)}`,
    }),
  },
};

describe.each(Object.entries(SENDERS))('a webhook of %s', (_sender, { scheme, sign }) => {
  it('is believed when it is signed', async () => {
    expect(await verifyWebhook(webhook(ORDER, sign(ORDER)), scheme(SECRET))).toBe(ORDER);
  });

  it('is refused when a byte of it changed', async () => {
    expect(await verifyWebhook(webhook(ORDER.replace('149', '999'), sign(ORDER)), scheme(SECRET))).toBeNull();
  });

  it('is refused when somebody else signed it', async () => {
    expect(await verifyWebhook(webhook(ORDER, sign(ORDER)), scheme(`${SECRET}x`))).toBeNull();
  });

  it('is refused when any of its headers is missing', async () => {
    const headers = sign(ORDER);
    for (const missing of Object.keys(headers)) {
      const { [missing]: _, ...others } = headers;
      expect(await verifyWebhook(webhook(ORDER, others), scheme(SECRET))).toBeNull();
    }
  });

  it.each<[string, (signature: string) => string]>([
    ['empty', () => ''],
    ['nonsense', () => 'nonsense'],
    ['only padding', () => '='],
    ['cut off', (signature) => signature.slice(0, -4)],
    ['lengthened', (signature) => `${signature}00`],
    ['lengthened in front', (signature) => `00${signature}`],
    ['followed by something else', (signature) => `${signature}!`],
    ['that of nothing', (signature) => signature.replace(/\w/g, '0')],
    ['megabytes long', (signature) => signature.repeat(50_000)],
  ])('is refused when its signature is %s', async (_what, spoil) => {
    const headers = sign(ORDER);
    const { header } = scheme(SECRET);
    headers[header] = (headers[header] ?? '').replace(/[\w+/]{43,64}=?/, spoil);
    expect(await verifyWebhook(webhook(ORDER, headers), scheme(SECRET))).toBeNull();
  });

  it('is believed while its secret is being replaced', async () => {
    const request = () => webhook(ORDER, sign(ORDER));
    expect(await verifyWebhook(request(), scheme(['the-next-one', SECRET]))).toBe(ORDER);
    expect(await verifyWebhook(request(), scheme([SECRET, 'the-one-before']))).toBe(ORDER);
    expect(await verifyWebhook(request(), scheme(['the-next-one', 'the-one-before']))).toBeNull();
  });

  it.each([
    ['empty', ''],
    ['missing', undefined],
    ['an empty list', []],
    ['a list with an empty one', [SECRET, '']],
    ['a list with a missing one', [SECRET, undefined]],
  ])('is an error when the secret is %s', async (_what, secret) => {
    const forged = webhook(ORDER, sign(ORDER));
    await expect(verifyWebhook(forged, scheme(secret))).rejects.toMatchObject({ code: 'options_invalid' });
  });
});

describe('what was published as an example', () => {
  it('verifies: GitHub', async () => {
    const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    const request = webhook('Hello, World!', { 'x-hub-signature-256': signature });
    expect(await verifyWebhook(request, githubWebhook("It's a Secret to Everybody"))).toBe('Hello, World!');
  });

  it('verifies: Standard Webhooks', async () => {
    const request = webhook('{"event_type":"ping","data":{"success":true}}', {
      'webhook-id': 'msg_loFOjxBNrRLzqYUf',
      'webhook-timestamp': '1731705121',
      'webhook-signature': 'v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=',
    });
    const scheme = { ...standardWebhook('whsec_plJ3nmyCDGBKInavdOK15jsl'), now: 1_731_705_121_000 };
    expect(await verifyWebhook(request, scheme)).toContain('ping');
  });
});

describe('a signature', () => {
  const shopify = (body: BodyInit, signature: string) =>
    verifyWebhook(webhook(body, { 'x-shopify-hmac-sha256': signature }), shopifyWebhook(SECRET));

  it('may be base64 of either alphabet, padded or not', async () => {
    // A body whose signature has the characters in which the alphabets differ.
    const bodies = Array.from({ length: 1_000 }, (_, index) => `order ${index}`);
    const body = bodies.find((one) => /\+.*\/|\/.*\+/.test(base64(SECRET, one))) as string;
    const signature = base64(SECRET, body);
    const url = signature.replaceAll('+', '-').replaceAll('/', '_');
    for (const spelling of [signature, url, signature.replace('=', ''), url.replace('=', '')]) {
      expect(await shopify(body, spelling)).toBe(body);
    }
  });

  it('may be hex in capitals', async () => {
    const headers = { 'x-hub-signature-256': `sha256=${hex(SECRET, ORDER).toUpperCase()}` };
    expect(await verifyWebhook(webhook(ORDER, headers), githubWebhook(SECRET))).toBe(ORDER);
  });

  it('counts only with its prefix', async () => {
    const headers = { 'x-hub-signature-256': hex(SECRET, ORDER) };
    expect(await verifyWebhook(webhook(ORDER, headers), githubWebhook(SECRET))).toBeNull();
  });

  it('covers the bytes, also those that are no text', async () => {
    const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0xff, 0xfe, 0x00, 0x7d]);
    expect(await shopify(bytes, base64(SECRET, bytes))).toBe('{\ufffd\ufffd\0}');
    expect(await shopify(bytes, base64(SECRET, bytes.toString('utf8')))).toBeNull();
  });

  it('covers a body that arrives in pieces, and an empty one', async () => {
    const pieces = new ReadableStream({
      start(controller) {
        for (const byte of Buffer.from(ORDER)) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    expect(await shopify(pieces, base64(SECRET, ORDER))).toBe(ORDER);
    expect(await shopify('', base64(SECRET, ''))).toBe('');
    const empty = webhook(null, { 'x-shopify-hmac-sha256': base64(SECRET, '') });
    expect(await verifyWebhook(empty, shopifyWebhook(SECRET))).toBe('');
  });
});

describe('a body', () => {
  const signed = (body: string) => webhook(body, { 'x-shopify-hmac-sha256': base64(SECRET, body) });

  it('is refused above 1 MiB, or above the limit that is set', async () => {
    const [fits, tooLong] = ['x'.repeat(1_048_576), 'x'.repeat(1_048_577)];
    expect(await verifyWebhook(signed(fits), shopifyWebhook(SECRET))).toBe(fits);
    expect(await verifyWebhook(signed(tooLong), shopifyWebhook(SECRET))).toBeNull();
    expect(await verifyWebhook(signed(tooLong), { ...shopifyWebhook(SECRET), maxBytes: 2_000_000 })).toBe(tooLong);
    expect(await verifyWebhook(signed('12345'), { ...shopifyWebhook(SECRET), maxBytes: 4 })).toBeNull();
    expect(await verifyWebhook(signed('12345'), { ...shopifyWebhook(SECRET), maxBytes: Number.NaN })).toBeNull();
  });

  it('that has no end is read up to the limit', async () => {
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 65_536;
        controller.enqueue(new Uint8Array(65_536));
      },
    });
    const request = webhook(endless, { 'x-shopify-hmac-sha256': base64(SECRET, ''), 'content-length': '10' });
    expect(await verifyWebhook(request, shopifyWebhook(SECRET))).toBeNull();
    expect(pulled).toBeLessThan(1_500_000);
  });

  it('is not read at all without a signature', async () => {
    const request = webhook(ORDER, {});
    expect(await verifyWebhook(request, shopifyWebhook(SECRET))).toBeNull();
    expect(request.bodyUsed).toBe(false);
  });

  it('that breaks off is refused', async () => {
    const broken = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(ORDER));
        controller.error(new Error('connection reset'));
      },
    });
    const request = webhook(broken, { 'x-shopify-hmac-sha256': base64(SECRET, ORDER) });
    expect(await verifyWebhook(request, shopifyWebhook(SECRET))).toBeNull();
  });

  it('that somebody read before is an error, not a forgery', async () => {
    const request = signed(ORDER);
    await request.json();
    await expect(verifyWebhook(request, shopifyWebhook(SECRET))).rejects.toMatchObject({ code: 'options_invalid' });
  });
});

describe('a timestamp', () => {
  const stripe = (
    signedAt: string,
    { signs = signedAt, ...options }: { signs?: string } & Partial<WebhookScheme> = {},
  ) =>
    verifyWebhook(webhook(ORDER, { 'stripe-signature': `t=${signedAt},v1=${hex(SECRET, `${signs}.${ORDER}`)}` }), {
      ...stripeWebhook(SECRET),
      now: NOW * 1_000,
      ...options,
    });

  it('may be five minutes off, and not more', async () => {
    expect(await stripe(String(NOW - 300))).toBe(ORDER);
    expect(await stripe(String(NOW + 300))).toBe(ORDER);
    expect(await stripe(String(NOW - 301))).toBeNull();
    expect(await stripe(String(NOW + 301))).toBeNull();
  });

  it('may be as far off as the application says', async () => {
    expect(await stripe(String(NOW - 5), { toleranceSeconds: 4 })).toBeNull();
    expect(await stripe(String(NOW - 3_000), { toleranceSeconds: 3_600 })).toBe(ORDER);
    expect(await stripe(String(NOW), { toleranceSeconds: Number.NaN })).toBeNull();
  });

  it('is compared with the time it is when nothing else is said', async () => {
    const { now: _, ...scheme } = { ...stripeWebhook(SECRET), now: 0 };
    const at = (seconds: number) =>
      webhook(ORDER, { 'stripe-signature': `t=${seconds},v1=${hex(SECRET, `${seconds}.${ORDER}`)}` });
    const seconds = Math.floor(Date.now() / 1_000);
    expect(await verifyWebhook(at(seconds), scheme)).toBe(ORDER);
    expect(await verifyWebhook(at(seconds - 600), scheme)).toBeNull();
  });

  it('is part of what is signed: an old request cannot be made young', async () => {
    expect(await stripe(String(NOW), { signs: String(NOW - 3_600) })).toBeNull();
  });

  it.each(['', '-1', '1e9', 'NaN', 'Infinity', '0x66', `${NOW}.0`, ` ${NOW}0000`, `+${NOW}`, '9'.repeat(400)])(
    'is refused when it is %j',
    async (signedAt) => {
      expect(await stripe(signedAt)).toBeNull();
    },
  );

  it('is the first of several', async () => {
    const header = `t=${NOW - 3_600},v1=${hex(SECRET, `${NOW - 3_600}.${ORDER}`)},t=${NOW}`;
    const scheme = { ...stripeWebhook(SECRET), now: NOW * 1_000 };
    expect(await verifyWebhook(webhook(ORDER, { 'stripe-signature': header }), scheme)).toBeNull();
  });
});

describe('several signatures in one header', () => {
  const stripe = (entries: string) =>
    verifyWebhook(webhook(ORDER, { 'stripe-signature': entries }), { ...stripeWebhook(SECRET), now: NOW * 1_000 });
  const right = hex(SECRET, `${NOW}.${ORDER}`);
  const wrong = hex('the-next-one', `${NOW}.${ORDER}`);

  it('are enough when one of them is right, in any order', async () => {
    expect(await stripe(`t=${NOW},v1=${wrong},v1=${right}`)).toBe(ORDER);
    expect(await stripe(`v1=${right}, t=${NOW} , v1=${wrong}`)).toBe(ORDER);
    expect(await stripe(`t=${NOW},v1=${wrong},v1=${wrong}`)).toBeNull();
  });

  it('count only in the version that is meant', async () => {
    expect(await stripe(`t=${NOW},v0=${right}`)).toBeNull();
  });

  it('are not tried without end', async () => {
    const entries = (count: number) => `t=${NOW},${`v1=${wrong},`.repeat(count)}v1=${right}`;
    expect(await stripe(entries(7))).toBe(ORDER);
    expect(await stripe(entries(8))).toBeNull();
  });

  it('may stand beside asymmetric ones', async () => {
    const key = randomBytes(24);
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(NOW),
      'webhook-signature': `v1a,${randomBytes(64).toString('base64')} v1,${base64(key, `msg_1.${NOW}.${ORDER}`)}`,
    };
    const scheme = { ...standardWebhook(key.toString('base64')), now: NOW * 1_000 };
    expect(await verifyWebhook(webhook(ORDER, headers), scheme)).toBe(ORDER);
  });
});

describe('a Standard Webhooks secret or id', () => {
  it('that is no base64 is an error', async () => {
    for (const secret of ['whsec_', 'whsec_not base64', 'whsec_A']) {
      const request = webhook(ORDER, {});
      await expect(verifyWebhook(request, standardWebhook(secret))).rejects.toMatchObject({ code: 'options_invalid' });
    }
  });

  it('with a full stop is refused: it could move the border between timestamp and body', async () => {
    const key = randomBytes(24);
    const body = `${NOW}.{}`;
    const headers = {
      'webhook-id': 'msg_1.2',
      'webhook-timestamp': String(NOW),
      'webhook-signature': `v1,${base64(key, `msg_1.2.${NOW}.${body}`)}`,
    };
    const scheme = { ...standardWebhook(key.toString('base64')), now: NOW * 1_000 };
    expect(await verifyWebhook(webhook(body, headers), scheme)).toBeNull();
  });
});

it('another sender is described by plain values', async () => {
  const slack: WebhookScheme = {
    secret: SECRET,
    header: 'x-slack-signature',
    prefix: 'v0=',
    encoding: 'hex',
    timestamp: { header: 'x-slack-request-timestamp', signedBefore: (timestamp) => `v0:${timestamp}:` },
    now: NOW * 1_000,
  };
  const headers = {
    'x-slack-request-timestamp': String(NOW),
    'x-slack-signature': `v0=${hex(SECRET, `v0:${NOW}:${ORDER}`)}`,
  };
  expect(await verifyWebhook(webhook(ORDER, headers), slack)).toBe(ORDER);
});

it('an error names the header and no secret', async () => {
  const failed = verifyWebhook(webhook(ORDER, {}), { ...shopifyWebhook([SECRET, '']) });
  await expect(failed).rejects.toThrow('x-shopify-hmac-sha256');
  await expect(failed).rejects.not.toThrow(SECRET);
});
