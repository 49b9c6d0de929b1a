import type { Attributes } from '@convert-fullstack/core';
import { withoutPreview } from '@convert-fullstack/core/bridge';

/** What rules may ask about, named as a server of ours names it. */
export interface PageFacts {
  /** `language`, `visitorType`, `referrer`, `utm_*`. */
  readonly attributes: Attributes;
  /** `url`, `path`, `hostname`, `referrer`, `query` (also as `query_string`). */
  readonly locationAttributes: Attributes;
}

const UTM = ['utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content'];
const CAMPAIGN_LENGTH = 256;

/** What the browser knows of the visitor and of this page; what it does not know is absent, never empty. */
export function pageFacts(url: string | undefined, isNew: boolean): PageFacts {
  const page = addressOf(url);
  const query = page.search.slice(1);
  const { referrer } = document;
  return {
    attributes: present({
      language: /^[a-z]{2,3}\b/i.exec(navigator.language)?.[0].toLowerCase(),
      visitorType: isNew ? 'new' : 'returning',
      referrer,
      ...Object.fromEntries(UTM.map((name) => [name, page.searchParams.get(name)])),
    }),
    locationAttributes: present({
      url: page.href,
      path: page.pathname,
      hostname: page.hostname,
      referrer,
      query,
      query_string: query,
    }),
  };
}

/** Where the visitor came from, in the codes that Convert reports by. */
export function campaignSegments(): Attributes {
  const { searchParams } = addressOf(undefined);
  const campaign = searchParams.get('utm_campaign')?.slice(0, CAMPAIGN_LENGTH);
  return {
    ...((searchParams.get('utm_source') || campaign) && { source: 'campaign' }),
    ...(campaign && { campaign }),
  };
}

/** Relative to the page; what is no address is the page's own. */
function addressOf(url: string | undefined): URL {
  const page = new URL(url !== undefined && URL.canParse(url, location.href) ? url : '', location.href);
  // A server sees none either.
  page.hash = '';
  return withoutPreview(page);
}

function present(facts: Readonly<Record<string, string | null | undefined>>): Attributes {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value));
}
