import { type ChiSquareTest, chiSquareTest, expectedCounts } from './chi-square.ts';
import { type Oddities, type SplitCause, splitCauses } from './split-causes.ts';

/** Whether visitors fell to the variations as the project's traffic allocations say. */
export type SplitCheck =
  /** Fewer than two variations get traffic. */
  | { readonly status: 'not_comparable' }
  /** Fewer than 100 visitors, or a variation for which fewer than 5 are expected. */
  | { readonly status: 'too_few_visitors' }
  | ({ readonly status: 'as_configured' } & ChiSquareTest)
  /** `pValue` is below 0.001: something other than chance decides who is counted, so rates cannot be compared. */
  | ({
      readonly status: 'skewed';
      /** Likely ones first. */
      readonly causes: readonly SplitCause[];
    } & ChiSquareTest);

/** What was counted for one variation. */
export interface CountedVariation {
  readonly variationId: string;
  readonly visitors: number;
  /** The share of all visitors that it gets by the configuration. One without any is not compared. */
  readonly share: number;
  /** Exposures of visitors that were counted for it already. */
  readonly repeated: number;
}

const minVisitors = 100;
const minExpected = 5;
// A dashboard is looked at again and again: at the usual 0.05, one experience in twenty would raise the alarm at once.
const alarmBelow = 0.001;

export function checkSplit(variations: readonly CountedVariation[], oddities: Oddities): SplitCheck {
  const compared = variations.filter(({ share }) => share > 0);
  if (compared.length < 2) return { status: 'not_comparable' };
  const expected = expectedVisitors(compared);
  if (visitorsOf(compared) < minVisitors || Math.min(...expected) < minExpected) return { status: 'too_few_visitors' };

  const test = chiSquareTest(compared.map(toCell));
  if (test.pValue >= alarmBelow) return { status: 'as_configured', ...test };
  const withoutTraffic = visitorsOf(variations) - visitorsOf(compared);
  const cells = compared.map((variation, index) => ({ ...variation, expected: expected[index] ?? 0 }));
  return { status: 'skewed', ...test, causes: splitCauses(cells, { ...oddities, withoutTraffic }) };
}

/** The visitors of each variation, had those that were counted been split exactly as configured. */
export function expectedVisitors(variations: readonly CountedVariation[]): number[] {
  return expectedCounts(variations.map(toCell));
}

function toCell({ visitors, share }: CountedVariation): { observed: number; weight: number } {
  return { observed: visitors, weight: share };
}

function visitorsOf(variations: readonly CountedVariation[]): number {
  return variations.reduce((sum, { visitors }) => sum + visitors, 0);
}
