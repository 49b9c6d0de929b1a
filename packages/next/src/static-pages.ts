import type { Assignment } from '@convert-fullstack/core';
import { type PageVisitor, writePageVisitor } from '@convert-fullstack/core/bridge';
import { type NextRequest, NextResponse } from 'next/server.js';
import { mayPrerenderedSeeRequest, type Place } from './next-protocol.ts';
import { pathPattern, segmentsOf } from './path-pattern.ts';
import { serverTiming } from './server-timing.ts';
import type { StaticVariants } from './static-variants.ts';
import { codeOf } from './variants-code.ts';

/** Where the proxy finds pages that are rendered once for each combination of variations. */
export interface StaticPages {
  /** The answer to a request for the internal address of such a page, which is for the proxy alone; `null`: it is not one. */
  refuse(request: NextRequest, url: URL): Response | null;
  /** Keys of all experiences that matter to the page of an address, where it is one that learns nothing else of the request. */
  experiencesAt(address: URL, request: NextRequest): readonly string[] | undefined;
  /** The page of a public address for the visitor of a request; `null`: there is none. */
  find(address: URL, visit: StaticVisit): Promise<Place | null>;
}

export interface StaticVisit {
  readonly request: NextRequest;
  readonly assigned: readonly Assignment[];
  /** What the page may know of the visitor. */
  readonly visitor: () => Promise<PageVisitor> | PageVisitor;
  /** The proxy has run for this request before: where Next.js requests its own rewrite, what it answers now is what counts. */
  readonly isRepeated: boolean;
  /** How long it took to decide. */
  readonly tookMs: number;
}

/** In `app`; its folder `[variants]` holds these pages. */
const FOLDER = '/convert';
const isInFolder = pathPattern(`${FOLDER}/:variants`);

/** Throws `ConvertError` `options_invalid` for a path that is no pattern. */
export function staticPages(all: readonly StaticVariants[]): StaticPages {
  const groups = all.map(({ experiences, paths }) => {
    const patterns = paths.map(pathPattern);
    return { experiences, has: (path: string) => patterns.some((matches) => matches(path)) };
  });

  /** What an internal address names; `null`: it is none. */
  function variantsIn(path: string): string | null {
    const segments = segmentsOf(path);
    const page = `/${segments.slice(2).join('/')}`;
    const isInternal = isInFolder(`/${segments.slice(0, 2).join('/')}`) && groups.some(({ has }) => has(page));
    return isInternal ? (segments[1] ?? null) : null;
  }

  const canSeeRequest = mayPrerenderedSeeRequest();
  // With another method it is a server action.
  const seesRequest = ({ method }: NextRequest): boolean => canSeeRequest || method !== 'GET';

  return {
    refuse(request, url) {
      const path = withoutBase(url, request);
      if (path === null || variantsIn(path) === null) return null;
      const notFound = new URL(url);
      notFound.pathname = `${request.nextUrl.basePath}/_not-found`;
      return NextResponse.rewrite(notFound, { headers: { 'x-robots-tag': 'noindex' } });
    },
    experiencesAt(address, request) {
      const path = seesRequest(request) ? null : withoutBase(address, request);
      return path === null ? undefined : groups.find(({ has }) => has(path))?.experiences;
    },
    async find(address, { request, assigned, visitor, isRepeated, tookMs }) {
      const path = withoutBase(address, request);
      const earlier = isRepeated && path !== null ? variantsIn(path) : null;
      if (earlier !== null) {
        // The first answer may have a cookie.
        const timing = serverTiming(tookMs, writePageVisitor(earlier, await visitor()));
        return { url: null, cacheControl: 'private, no-store', timing, seesRequest: true };
      }
      const group = path === null ? undefined : groups.find(({ has }) => has(path));
      if (path === null || group === undefined) return null;
      const shown = assigned.filter(({ experienceKey }) => group.experiences.includes(experienceKey));
      const variants = codeOf(shown.map(({ experienceId, variationId }) => [experienceId, variationId]));
      const url = new URL(address);
      url.pathname = `${request.nextUrl.basePath}${FOLDER}/${variants}${path === '/' ? '' : path}`;
      const known = await visitor();
      return {
        url,
        cacheControl: cacheControlFor(known),
        timing: serverTiming(tookMs, writePageVisitor(variants, known)),
        seesRequest: seesRequest(request),
      };
    },
  };
}

// The public address has another page for the next visitor. Going back, a browser may show what it keeps without asking:
// the page then sees by the cookie whether that is still true, unless the cookie was erased or no script can see it.
function cacheControlFor({ consent, visitorRef }: PageVisitor): string {
  return consent === 'denied' || visitorRef !== undefined ? 'private, no-store' : 'private, no-cache';
}

/** `null`: an address of somebody else. */
function withoutBase({ pathname }: URL, { nextUrl: { basePath } }: NextRequest): string | null {
  if (basePath === '') return pathname;
  return pathname === basePath || pathname.startsWith(`${basePath}/`) ? pathname.slice(basePath.length) || '/' : null;
}
