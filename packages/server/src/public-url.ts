const HOST = /^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/**
 * The URL as the visitor's browser sees it: behind a reverse proxy (and under `next start`) `request.url` names the
 * inner host.
 *
 * The forwarding headers are taken at their word: a browser does not let a foreign page set them, and whoever writes
 * requests by hand only changes what is decided for themselves.
 *
 * @example
 * publicUrl(request).origin; // 'https://shop.example'
 */
export function publicUrl(request: { readonly url: string | URL; readonly headers: Headers }): URL {
  const inner = typeof request.url === 'string' ? new URL(request.url) : request.url;
  const { host: innerHost, protocol: innerProtocol } = inner;
  const host = hostOf(request.headers, innerHost);
  const protocol = protocolOf(request.headers) ?? innerProtocol;
  if (host === innerHost && protocol === innerProtocol) return inner;
  const outer = `${protocol}//${host}${inner.pathname}${inner.search}`;
  // A port above 65535 passes the pattern and is no URL.
  return URL.canParse(outer) ? new URL(outer) : inner;
}

function protocolOf(headers: Headers): 'http:' | 'https:' | null {
  const protocol = firstOf(headers.get('x-forwarded-proto'))?.toLowerCase();
  return protocol === 'https' || protocol === 'http' ? `${protocol}:` : null;
}

function hostOf(headers: Headers, inner: string): string {
  const forwarded = firstOf(headers.get('x-forwarded-host'));
  // Mostly it is the same.
  if (forwarded === inner || isHost(forwarded)) return forwarded;
  const host = headers.get('host');
  return isHost(host) ? host : inner;
}

function firstOf(list: string | null): string | null {
  const first = list?.includes(',') ? list.split(',', 1)[0] : list;
  return first?.trim() || null;
}

function isHost(host: string | null): host is string {
  return host !== null && host.length <= 255 && HOST.test(host);
}
