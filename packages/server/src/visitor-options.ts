import type { Consent } from '@convert-fullstack/core';

/** What the application's own functions can read of a request. */
export interface RequestSource {
  /** The page's public URL; `null` when only the request's headers are known. */
  readonly url: URL | null;
  readonly headers: Headers;
  /** Decoded, first of each name. */
  readonly cookies: ReadonlyMap<string, string>;
}

/** The cookie that keeps the visitor id; its path is `/`, `SameSite=Lax`, and `Secure` on https. */
export interface CookieOptions {
  /** Default `cv_vid`. */
  readonly name?: string | undefined;
  /** For example `.shop.example`, to be the same visitor on all subdomains; default: the page's host alone. */
  readonly domain?: string | undefined;
  /** In seconds; default one year. */
  readonly maxAge?: number | undefined;
  /** `true` keeps scripts from reading it; what the browser reports is completed with the id on the server. Default `false`. */
  readonly httpOnly?: boolean | undefined;
}

/** Who the visitor of a request is, and what may be kept of them. */
export interface VisitorOptions {
  readonly cookie?: CookieOptions | undefined;
  /**
   * The application's own id of the visitor, for example of the session's user. Without one, the cookie's id is used. Scripts
   * can read the id unless the cookie is `httpOnly`.
   */
  readonly visitorId?: ((request: RequestSource) => string | null | undefined) | undefined;
  /** What the visitor allows; default: `granted`. The project's settings for Global Privacy Control and Do Not Track come first. */
  readonly consent?: ((request: RequestSource) => Consent) | undefined;
  /** Whether nobody is looking: then the original is shown and nothing is kept or counted. Default: `isBot`. */
  readonly isBot?: ((request: RequestSource) => boolean) | undefined;
}
