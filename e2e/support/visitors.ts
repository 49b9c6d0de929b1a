import { randomUUID } from 'node:crypto';
import { Core } from '@convert-fullstack/core';
import { STOREFRONT } from './addresses.ts';
import { sampleProject } from './sample-project.ts';

/** Experience key to variation key; `null`: not in the experience. */
export type Variations = Partial<Record<keyof typeof PATHS, string | null>>;

/** Where each experience of the sample project runs. */
const PATHS = {
  'home-hero': '/',
  'pricing-page': '/pricing',
  'product-gallery': '/products/drift-shell',
  'seasonal-badges': '/products/drift-shell',
  'shipping-threshold': '/cart',
  'search-rollout': '/',
} as const;

/** Visitors whose variations are written down, so that they do not come from the engine under test. */
export const KNOWN_VISITORS = [
  {
    visitorId: 'bad7ac61-53e5-418a-9dc4-b59f56175ed7',
    variations: {
      'home-hero': 'original',
      'pricing-page': 'annual-first',
      'product-gallery': 'carousel',
      'seasonal-badges': 'badge',
      'shipping-threshold': 'threshold-75',
    },
  },
  {
    visitorId: '5a1f5057-a703-49da-a8de-345f34b178ea',
    variations: {
      'home-hero': 'trail-story',
      'pricing-page': 'monthly-first',
      'product-gallery': null,
      'seasonal-badges': 'badge',
      'shipping-threshold': 'threshold-75',
    },
  },
  {
    visitorId: '4ce76f8f-d390-4f56-a694-d4e28164f1dd',
    variations: {
      'home-hero': 'silent-loop',
      'pricing-page': 'monthly-first',
      'product-gallery': null,
      'shipping-threshold': 'threshold-50',
    },
  },
] as const satisfies readonly { visitorId: string; variations: Variations }[];

const core = new Core({ data: sampleProject, environment: 'production', tracking: 'off' });

/** The variation that a visitor belongs to, by the same engine that decides for the pages. */
export function variationOf(visitorId: string, experienceKey: keyof typeof PATHS): string | null {
  const locationAttributes = { path: PATHS[experienceKey] };
  return core.createContext(visitorId).runExperience(experienceKey, { locationAttributes })?.variationKey ?? null;
}

/** A visitor that nobody has seen before, in these variations. Not in the search rollout, which would count on every home page. */
export function newVisitor(wanted: Variations = {}): string {
  const variations = Object.entries({ 'search-rollout': null, ...wanted });
  for (;;) {
    const visitorId = randomUUID();
    if (variations.every(([key, variation]) => variationOf(visitorId, key as keyof typeof PATHS) === variation)) {
      return visitorId;
    }
  }
}

/** Where a visitor's cookies go: a browser context of Playwright, for example. */
export interface CookieJar {
  addCookies(cookies: readonly { name: string; value: string; url: string }[]): Promise<void>;
}

/** Makes everybody in this browser context the given visitor, in both apps: cookies do not look at ports. */
export async function visitAs(context: CookieJar, visitorId: string): Promise<void> {
  await context.addCookies([{ name: 'cv_vid', value: visitorId, url: STOREFRONT }]);
}
