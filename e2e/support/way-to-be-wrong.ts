import { test as base, type Page } from '@playwright/test';
import { FIXTURE_APP } from './addresses.ts';
import { expectCounted } from './collector.ts';
import { convert, expectCountedTooOften, visit, watchReports } from './exposures.ts';
import type { Guard } from './guards.ts';
import { isHydrated } from './hydrated.ts';
import { type LifelikeTab, openLifelikeTab } from './lifelike-tab.ts';
import { startUnguardedApp, type UnguardedApp } from './unguarded-app.ts';

/** Something that happens to a page, and what would count wrongly if the library did not guard against it. */
export interface WayToBeWrong<Stage = Page> {
  /** Goes on after "nothing is counted" or "an exposure is counted once". */
  readonly when: string;
  /** Addresses are the fixture app's. `cut` is for scripts that do not come from there. */
  readonly act: (stage: Stage, cut: UnguardedApp['cut']) => Promise<void>;
  /** Everything that a person sees in it. */
  readonly seen: readonly string[];
  /** What is counted more often than it is seen when all of the guards are gone. */
  readonly exposure: string;
  readonly guards: readonly Guard[];
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
/** Either of them counts an exposure once, however often it is shown. */
export const MEMORY: readonly Guard[] = ['memory of the browser', 'memory of the server'];

interface Place {
  /** Where the fixture app runs. */
  app: string;
}

interface Stages {
  /** The guards that are taken away from its pages. */
  without: readonly Guard[];
  served: Pick<UnguardedApp, 'url' | 'cut'>;
  tab: LifelikeTab;
}

/** Pages of the fixture app, by addresses without an origin. */
export const test = base.extend<Stages, Place>({
  app: [FIXTURE_APP, { option: true, scope: 'worker' }],
  without: [[], { option: true }],
  async served({ app, without }, use) {
    if (without.length === 0) return use({ url: app, cut: (script) => script });
    const unguarded = await startUnguardedApp(app, without);
    await use(unguarded);
    await unguarded.close();
  },
  async baseURL({ served }, use) {
    await use(served.url);
  },
  async tab({ served }, use) {
    const tab = await openLifelikeTab(served.url);
    await use(tab);
    await tab.close();
  },
});

export function proveInPage(way: WayToBeWrong): void {
  prove(way, (title, judge) =>
    test(title, async ({ page, context, served }) => {
      const expectNothingSentTwice = watchReports(context);
      const visitorId = await visit(context, VARIATIONS);
      await way.act(page, served.cut);
      await convert(page);
      await judge(visitorId, expectNothingSentTwice);
    }),
  );
}

export function proveInTab(way: WayToBeWrong<LifelikeTab>): void {
  prove(way, (title, judge) =>
    test(title, async ({ tab, served }) => {
      const visitorId = await visit(tab, VARIATIONS);
      await way.act(tab, served.cut);
      await tab.waitFor(isHydrated);
      await tab.run(() => document.querySelector<HTMLElement>('[data-testid=convert]')?.click());
      await judge(visitorId);
    }),
  );
}

type Judge = (visitorId: string, expectNothingSentTwice?: () => void) => Promise<void>;

/** The same visit twice, with the guards and without. It reaches the goal last: what was counted before arrives before it. */
function prove(
  { when, seen, exposure, guards, inTwoTabs = false }: Omit<WayToBeWrong, 'act'>,
  play: (title: string, judge: Judge) => void,
): void {
  const fact = seen.length === 0 ? 'nothing is counted' : 'an exposure is counted once';
  play(`${fact} ${when}`, async (visitorId, expectNothingSentTwice) => {
    await expectCounted(visitorId, [...seen, `goal newsletter-signup (${seen.join(' · ')})`]);
    if (!inTwoTabs) expectNothingSentTwice?.();
  });

  test.describe(`without ${guards.join(', ')}`, () => {
    test.use({ without: guards });
    play(`one exposure too many is counted ${when}`, (visitorId) =>
      expectCountedTooOften(visitorId, exposure, seen.includes(exposure) ? 1 : 0),
    );
  });
}
