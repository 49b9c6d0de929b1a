import { parseCookie } from 'cookie';
import type { RequestSource } from './visitor-options.ts';

export interface RequestToRead {
  /** The page's public URL; `null` when only the request's headers are known. */
  readonly url: URL | null;
  readonly headers: Headers;
  /** Read from the headers when absent. */
  readonly cookies?: ReadonlyMap<string, string> | undefined;
}

/**
 * A request as the application's own functions see it. Whoever asks several things about one request makes this once, so
 * that its cookies are parsed once.
 */
export function requestSource({ url, headers, cookies = cookiesOf(headers) }: RequestToRead): RequestSource {
  return { url, headers, cookies };
}

function cookiesOf(headers: Headers): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  const header = headers.get('cookie');
  if (!header) return cookies;
  for (const [name, value] of Object.entries(parseCookie(header))) {
    if (value !== undefined) cookies.set(name, value);
  }
  return cookies;
}
