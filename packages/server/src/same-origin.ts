import { publicUrl } from './public-url.ts';

/**
 * Whether a request comes from the application's own pages.
 *
 * `Sec-Fetch-Site`, which no script can set, must say `same-origin` when it is there, and `Origin` must then name the
 * public host. Neither: no browser of the last years sent it, so there is nobody else's cookie to misuse.
 * The scheme of `Origin` is not compared: reverse proxies that end TLS do not always tell.
 */
export function isSameOrigin(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin') return false;
  const origin = request.headers.get('origin');
  return origin === null || hostOf(origin) === withoutDefaultPort(publicUrl(request).host);
}

function hostOf(origin: string): string | null {
  // `null` is what sandboxed frames and redirected requests send.
  if (!URL.canParse(origin)) return null;
  return withoutDefaultPort(new URL(origin).host);
}

function withoutDefaultPort(host: string): string {
  return host.replace(/:(?:80|443)$/, '');
}
