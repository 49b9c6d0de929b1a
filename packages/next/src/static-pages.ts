import type { Assignment } from '@convert-fullstack/core';
import { type NextRequest, NextResponse } from 'next/server.js';
import { mayPrerenderedSeeRequest } from './next-protocol.ts';
import { pathPattern, segmentsOf } from './path-pattern.ts';
import type { StaticVariants } from './static-variants.ts';
import { codeOf } from './variants-code.ts';

/** Where the proxy finds pages that are rendered once for each combination of variations. */
export interface StaticPages {
  /** The answer to a request for the internal address of such a page, which is for the proxy alone; `null`: it is not one. */
  refuse(request: NextRequest, url: URL): Response | null;
  /** Keys of all experiences that matter to the page of an address, where it is one that learns nothing else of the request. */
  experiencesAt(address: URL, request: NextRequest): readonly string[] | undefined;
  /** The page of a public address for the visitor of a request; `null`: there is none. */
  find(address: URL, visit: StaticVisit): StaticPage | null;
}

export interface StaticVisit {
  readonly request: NextRequest;
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

/** Throws `ConvertError` `options_invalid` for a path that is no pattern. */
export function staticPages(all: readonly StaticVariants[]): StaticPages {
  const groups = all.map(({ experiences, paths }) => {
    const patterns = paths.map(pathPattern);
    return { experiences, has: (page: readonly string[]) => patterns.some((matches) => matches(page)) };
  });

  /** What an internal address names; `null`: it is none. */
  function variantsIn([folder, variants, ...page]: readonly string[]): string | null {
    if (folder !== FOLDER || variants === undefined || METADATA_FILE.test(page.at(-1) ?? variants)) return null;
    return groups.some(({ has }) => has(page)) ? variants : null;
  }

  const canSeeRequest = mayPrerenderedSeeRequest();
  // With another method it is a server action.
  const seesRequest = ({ method }: NextRequest): boolean => canSeeRequest || method !== 'GET';

  return {
    refuse(request, url) {
      const site = siteOf(url, request);
      if (site === null || variantsIn(site.segments) === null) return null;
      const notFound = new URL(url);
      notFound.pathname = `${request.nextUrl.basePath}/_not-found`;
      return NextResponse.rewrite(notFound, { headers: { 'x-robots-tag': 'noindex' } });
    },
    experiencesAt(address, request) {
      const site = seesRequest(request) ? null : siteOf(address, request);
      return site === null ? undefined : groups.find(({ has }) => has(site.segments))?.experiences;
    },
    find(address, { request, assigned, isRepeated }) {
      const site = siteOf(address, request);
      if (site === null) return null;
      const { path, segments, prefix } = site;
      const earlier = isRepeated ? variantsIn(segments) : null;
      if (earlier !== null) return { url: null, variants: earlier, seesRequest: true };
      const group = groups.find(({ has }) => has(segments));
      if (group === undefined) return null;
      const shown = assigned.filter(({ experienceKey }) => group.experiences.includes(experienceKey));
      const variants = codeOf(shown.map(({ experienceId, variationId }) => [experienceId, variationId]));
      const pathname = `${prefix}/${FOLDER}/${variants}${path === '/' ? '' : path}`;
      return { url: `${address.origin}${pathname}${address.search}`, variants, seesRequest: seesRequest(request) };
    },
  };
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
