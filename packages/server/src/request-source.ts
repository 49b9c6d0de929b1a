import { RequestCookies } from './request-cookies.ts';
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
 * that its headers are looked through once.
 */
export function requestSource({ url, headers, cookies }: RequestToRead): RequestSource {
  return { url, headers, cookies: cookies ?? new RequestCookies(headers.get('cookie') ?? '') };
}
