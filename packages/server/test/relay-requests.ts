import type { Core } from '@convert-fullstack/core';
import type { RelayEvent } from '@convert-fullstack/core/bridge';
import { createRelay, type Relay, type RelayOptions } from '../src/relay.ts';
import { HERO } from './sample-project.ts';

export const SITE = 'https://shop.example';
export const CHROME =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36';
export const SHOWN: RelayEvent = {
  type: 'exposure',
  experienceId: HERO.id,
  variationId: HERO.variationIds[1] as string,
};
export const BOUGHT: RelayEvent = { type: 'conversion', goalKey: 'purchase' };

export type RequestHeaders = Readonly<Record<string, string>>;

/** What a page of the shop in `visitor-1`'s Chrome posts; a body that is no stream, text or bytes is sent as JSON. */
export function postRequest(action: string, body: unknown, headers: RequestHeaders = {}): Request {
  const isRaw = typeof body === 'string' || body instanceof ReadableStream;
  return new Request(`${SITE}/api/convert/${action}`, {
    method: 'POST',
    body: isRaw ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json', origin: SITE, ...browserHeaders(), ...headers },
    ...(body instanceof ReadableStream && { duplex: 'half' }),
  });
}

function payloadRequest(url: string, headers: RequestHeaders = {}): Request {
  return new Request(`${SITE}/api/convert/payload?url=${encodeURIComponent(url)}`, {
    headers: { ...browserHeaders(), ...headers },
  });
}

function browserHeaders(): RequestHeaders {
  return {
    cookie: 'cv_vid=visitor-1',
    'user-agent': CHROME,
    'sec-fetch-site': 'same-origin',
    host: 'shop.example',
    'x-forwarded-proto': 'https',
  };
}

/** A relay with the shop's browser in front of it. */
export function browserWith(core: Core | null, options: Omit<RelayOptions, 'core'> = {}) {
  const relay: Relay = createRelay({ core, ...options });
  return {
    relay,
    send: (batch: unknown, headers?: RequestHeaders) => relay(postRequest('events', batch, headers)),
    sendEvents: (events: unknown, headers?: RequestHeaders) => relay(postRequest('events', { events }, headers)),
    choose: (choice: unknown, headers?: RequestHeaders) => relay(postRequest('consent', choice, headers)),
    ask: (url: string, headers?: RequestHeaders) => relay(payloadRequest(url, headers)),
  };
}

export async function outcome(response: Response): Promise<[status: number, body: unknown]> {
  return [response.status, await response.json()];
}

/** What a browser would keep of an answer's cookies: name to value, `null` when erased. */
export function cookiesOf(response: Response): Record<string, string | null> {
  return Object.fromEntries(
    response.headers.getSetCookie().map((cookie) => {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      return [name, /max-age=0/i.test(cookie) ? null : value];
    }),
  );
}
