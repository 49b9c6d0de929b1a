import { publicUrl } from './public-url.ts';

/**
 * Whether a request comes from the application's own pages.
 *
 * `Sec-Fetch-Site`, which no script can set, must say `same-origin` when it is there, and `Origin` must then name the
 * public host. Neither: no browser of the last years sent it, so there is nobody else's cookie to misuse.
 */
export function isSameOrigin(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin') return false;
  const origin = request.headers.get('origin');
  return origin === null || isOnPublicHost(origin, request);
}

/** Whether an address is on the host of a request. Reverse proxies that end TLS do not always tell: schemes may differ. */
export function isOnPublicHost(address: string, request: Request): boolean {
  // An origin `null` is what sandboxed frames and redirected requests send.
  if (!URL.canParse(address)) return false;
  return withoutDefaultPort(new URL(address).host) === withoutDefaultPort(publicUrl(request).host);
}

function withoutDefaultPort(host: string): string {
  return host.replace(/:(?:80|443)$/, '');
}
