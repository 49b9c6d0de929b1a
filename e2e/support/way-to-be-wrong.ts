import { type Page, test } from '@playwright/test';
import type { Mistake } from '../fixture-app/app/naive/mistake.ts';
import { expectCounted } from './collector.ts';
import { convert, expectCountedTooOften, visit, watchReports } from './exposures.ts';

/** Something that happens to a page, and what a tracker without a memory makes of it. */
export interface WayToBeWrong<Stage = Page> {
  /** Goes on after "nothing is counted" or "an exposure is counted once". */
  readonly when: string;
  readonly act: (stage: Stage) => Promise<void>;
  /** Everything that a person sees in it. */
  readonly seen: readonly string[];
  /** What a naive tracker counts more often than it is seen, and by which mistake. */
  readonly exposure: string;
  readonly mistake: Mistake;
  /** Each tab reports, as it cannot know of the other; the relay counts once. */
  readonly inTwoTabs?: boolean;
}

/** The visitor of all these tests. */
export const VARIATIONS = {
  'home-hero': 'original',
  'pricing-page': 'monthly-first',
  'product-gallery': 'stacked',
  'shipping-threshold': 'threshold-50',
};
export const HOME = 'home-hero: original';
export const PRICING = 'pricing-page: monthly-first';
export const GALLERY = 'product-gallery: stacked';
export const SHIPPING = 'shipping-threshold: threshold-50';

export const nothing = { exposure: PRICING, seen: [] };
export const once = { exposure: PRICING, seen: [PRICING] };

export function proveInPage(way: WayToBeWrong): void {
  prove(way, async (mistake, page) => {
    const visitorId = await visit(page.context(), VARIATIONS, mistake);
    await way.act(page);
    await convert(page);
    return visitorId;
  });
}

/**
 * Two tests of the same visit, which returns its visitor and reaches the goal last: what was counted before arrives
 * before it. With a mistake, a naive tracker counts in the library's place.
 */
export function prove(
  { when, seen, exposure, mistake, inTwoTabs = false }: Omit<WayToBeWrong, 'act'>,
  live: (mistake: Mistake | undefined, page: Page) => Promise<string>,
): void {
  const fact = seen.length === 0 ? 'nothing is counted' : 'an exposure is counted once';
  test(`${fact} ${when}`, async ({ page, context }) => {
    const expectNothingSentTwice = watchReports(context);
    const visitorId = await live(undefined, page);
    await expectCounted(visitorId, [...seen, `goal newsletter-signup (${seen.join(' · ')})`]);
    if (!inTwoTabs) expectNothingSentTwice();
  });

  test(`counting ${mistake.replaceAll('-', ' ')} is noticed ${when}`, async ({ page }) => {
    const visitorId = await live(mistake, page);
    await expectCountedTooOften(visitorId, exposure, seen.length === 0 ? 0 : 1);
  });
}
