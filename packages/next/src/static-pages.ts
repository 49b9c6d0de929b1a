import type { Assignment } from '@convert-fullstack/core';
import { type NextRequest, NextResponse } from 'next/server.js';
import { mayPrerenderedSeeRequest } from './next-protocol.ts';
import { pathPattern, segmentsOf } from './path-pattern.ts';
import type { StaticVariants } from './static-variants.ts';
import { codeOf } from './variants-code.ts';

/** Where the proxy finds pages that are rendered once for each combination of variations. */
export interface StaticPages {
  /** What a request means to them; `url` is its own. */
  asked(request: NextRequest, url: URL): AskedPage;
}

export interface StaticVisit {
  readonly assigned: readonly Assignment[];
  /** The proxy has run for this request before: where Next.js requests its own rewrite, what it answers now is what counts. */
  readonly isRepeated: boolean;
}

export interface StaticPage {
  /** Where it is; `null`: the request leads there already. */
  readonly url: string | null;
  /** The combination that it is rendered with. */
  readonly variants: string;
  /** Whether it is told anything of the request. */
  readonly seesRequest: boolean;
}

/** In `app`; its folder `[variants]` holds these pages. */
const FOLDER = 'convert';
/** The page names the address of an image in its folder, for everybody who shows a link to it. */
const METADATA_FILE =
  /^(?:opengraph-image|twitter-image|apple-icon|icon)\d?(?:-[a-z0-9]{6})?(?:\.(?:png|jpe?g|gif|svg|ico))?$/;

/** Pages of the same experiences. */
interface Group {
  readonly experiences: readonly string[];
  has(segments: readonly string[]): boolean;
}

/** Throws `ConvertError` `options_invalid` for a path that is no pattern. */
export function staticPages(all: readonly StaticVariants[]): StaticPages {
  const groups = all.map(({ experiences, paths }) => {
    const patterns = paths.map(pathPattern);
    return { experiences, has: (page: readonly string[]) => patterns.some((matches) => matches(page)) };
  });
  const canSeeRequest = mayPrerenderedSeeRequest();
  return { asked: (request, url) => new AskedPage(groups, canSeeRequest, request, url) };
}

/** One request, to pages of which there is one for each combination of variations. */
export class AskedPage {
  readonly #groups: readonly Group[];
  readonly #request: NextRequest;
  readonly #url: URL;
  readonly #site: Site | null;
  readonly #group: Group | undefined;
  readonly #seesRequest: boolean;

  constructor(groups: readonly Group[], canSeeRequest: boolean, request: NextRequest, url: URL) {
    this.#groups = groups;
    this.#request = request;
    this.#url = url;
    this.#site = groups.length === 0 ? null : siteOf(url, request);
    this.#group = this.#groupOf(this.#site);
    // With another method it is a server action.
    this.#seesRequest = canSeeRequest || request.method !== 'GET';
  }

  /** Keys of all experiences that matter to the page it asks for, where that is one that learns nothing else of the request. */
  get experiences(): readonly string[] | undefined {
    return this.#seesRequest ? undefined : this.#group?.experiences;
  }

  /** The answer where it asks for the internal address of such a page, which is for the proxy alone; `null`: it does not. */
  refuse(): Response | null {
    if (this.#site === null || this.#variantsIn(this.#site) === null) return null;
    const notFound = new URL(this.#url);
    notFound.pathname = `${this.#request.nextUrl.basePath}/_not-found`;
    return NextResponse.rewrite(notFound, { headers: { 'x-robots-tag': 'noindex' } });
  }

  /** The page of a public address for its visitor; `null`: there is none. */
  find(address: URL, { assigned, isRepeated }: StaticVisit): StaticPage | null {
    const isOwn = address === this.#url;
    const site = isOwn ? this.#site : siteOf(address, this.#request);
    if (site === null) return null;
    const earlier = isRepeated ? this.#variantsIn(site) : null;
    if (earlier !== null) return { url: null, variants: earlier, seesRequest: true };
    const group = isOwn ? this.#group : this.#groupOf(site);
    if (group === undefined) return null;
    const shown = assigned.filter(({ experienceKey }) => group.experiences.includes(experienceKey));
    const variants = codeOf(shown.map(({ experienceId, variationId }) => [experienceId, variationId]));
    const { path, prefix } = site;
    const pathname = `${prefix}/${FOLDER}/${variants}${path === '/' ? '' : path}`;
    return { url: `${address.origin}${pathname}${address.search}`, variants, seesRequest: this.#seesRequest };
  }

  #groupOf(site: Site | null): Group | undefined {
    return site === null ? undefined : this.#groups.find(({ has }) => has(site.segments));
  }

  /** What an internal address names; `null`: it is none. */
  #variantsIn({ segments }: Site): string | null {
    const [folder, variants, ...page] = segments;
    if (folder !== FOLDER || variants === undefined || METADATA_FILE.test(page.at(-1) ?? variants)) return null;
    return this.#groups.some(({ has }) => has(page)) ? variants : null;
  }
}

/** An address of the application. */
interface Site {
  /** Base path and locale. */
  readonly prefix: string;
  readonly path: string;
  readonly segments: readonly string[];
}

/** `null`: an address of somebody else. */
function siteOf(address: URL, { nextUrl }: NextRequest): Site | null {
  const { basePath, locale } = nextUrl;
  const { pathname } = address;
  if (basePath !== '' && pathname !== basePath && !pathname.startsWith(`${basePath}/`)) return null;
  if (locale === '') return siteAt(basePath, pathname.slice(basePath.length) || '/');
  // `i18n` of the Pages Router: Next.js itself knows which locale an address names, and it need not be the request's.
  const localized = nextUrl.clone();
  localized.href = address.href;
  const isNamed = localized.locale !== localized.defaultLocale;
  return siteAt(isNamed ? `${basePath}/${localized.locale}` : basePath, localized.pathname);
}

function siteAt(prefix: string, path: string): Site {
  return { prefix, path, segments: segmentsOf(path) };
}
