import type { Attributes } from '@convert-fullstack/core';
import { type ParseUserAgent, parseUserAgent as parse } from './user-agent.ts';

export interface RequestFacts {
  /** What audience rules see: `country`, `device`, `browser`, `language`, `visitorType`, `referrer`, `utm_*`. */
  readonly attributes: Attributes;
  /** What location rules see: `url`, `path`, `hostname`, `referrer`, `query` (also as `query_string`). */
  readonly locationAttributes: Attributes;
}

export interface RequestToDescribe {
  /** The page's public URL; `null` when only the headers are known. */
  readonly url: URL | null;
  readonly headers: Headers;
  /** Whether the visitor is new; without it there is no `visitorType`. */
  readonly isNew?: boolean | undefined;
  /** As `createUserAgentParser` makes it; without, each request's user agent is parsed. */
  readonly parseUserAgent?: ParseUserAgent | undefined;
}

const COUNTRY_HEADERS = [
  'cf-ipcountry',
  'x-vercel-ip-country',
  'cloudfront-viewer-country',
  'x-appengine-country',
  'x-country-code',
];
// Unknown. Tor's T1 is no pair of letters anyway.
const NO_COUNTRY = new Set(['XX', 'ZZ']);
const UTM = ['utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content'] as const;

const LANGUAGE_LENGTH = 256;

/**
 * What a request says about its visitor and its page; what it does not say is absent, never empty.
 *
 * @example
 * const { attributes, locationAttributes } = requestAttributes({ url: publicUrl(request), headers: request.headers });
 */
export function requestAttributes(request: RequestToDescribe): RequestFacts {
  return { attributes: visitorAttributes(request), locationAttributes: pageAttributes(request) };
}

/** What audience rules see of a request. */
export function visitorAttributes({ url, headers, isNew, parseUserAgent = parse }: RequestToDescribe): Attributes {
  const { device, browser } = parseUserAgent(headers.get('user-agent') ?? '');
  const query = url?.search.slice(1);
  const visitorType = isNew ? 'new' : 'returning';
  const attributes = {
    country: countryOf(headers),
    device,
    browser,
    language: languageOf(headers.get('accept-language')),
    visitorType: isNew === undefined ? null : visitorType,
    referrer: headers.get('referer'),
  };
  return present(query ? { ...attributes, ...utmOf(new URLSearchParams(query)) } : attributes);
}

/** What location rules see of a request. */
export function pageAttributes({ url, headers }: Pick<RequestToDescribe, 'url' | 'headers'>): Attributes {
  const query = url?.search.slice(1);
  return present({
    url: url?.href,
    path: url?.pathname,
    hostname: url?.hostname,
    referrer: headers.get('referer'),
    query,
    query_string: query,
  });
}

function utmOf(query: URLSearchParams): Record<string, string | null> {
  return Object.fromEntries(UTM.map((name) => [name, query.get(name)]));
}

function present(attributes: Record<string, string | null | undefined>): Record<string, string> {
  const known: Record<string, string> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (value) known[name] = value;
  }
  return known;
}

/** ISO code of the visitor's country, as the platform in front of the server names it; `null` when unknown. */
export function countryOf(headers: Headers): string | null {
  for (const name of COUNTRY_HEADERS) {
    const country = headers.get(name)?.trim().toUpperCase();
    if (country && /^[A-Z]{2}$/.test(country) && !NO_COUNTRY.has(country)) return country;
  }
  return null;
}

/** The preferred language of an `Accept-Language` list, without its region: `en`. */
function languageOf(accepted: string | null): string | null {
  let preferred: string | null = null;
  let highest = 0;
  for (const range of (accepted ?? '').slice(0, LANGUAGE_LENGTH).split(',')) {
    const [tag = '', ...parameters] = range.split(';').map((part) => part.trim());
    const language = /^([a-z]{2,3})(?:-[a-z0-9-]+)?$/i.exec(tag)?.[1];
    const quality = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1);
    if (language && quality > highest) {
      preferred = language.toLowerCase();
      highest = quality;
    }
    // Most lists begin with what is preferred, and nothing can be more than that.
    if (highest >= 1) break;
  }
  return preferred;
}
