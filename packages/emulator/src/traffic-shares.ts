const bucketCount = 10_000;

export interface AllocatedVariation {
  readonly status: string;
  /** Percent of all visitors, as configured. */
  readonly traffic: number;
}

/**
 * The share of all visitors that each variation really gets, in config order. Every bucket is asked for, since
 * allocations of more than 100% together overlap, and then the first variation wins.
 */
export function trafficShares(version: unknown, variations: readonly AllocatedVariation[]): number[] {
  const ranges = isAnchored(version) ? anchored(variations) : packed(variations);
  const buckets = variations.map(() => 0);
  for (let bucket = 0; bucket < bucketCount; bucket += 1) {
    const winner = ranges.findIndex(({ from, to }) => from <= bucket && bucket < to);
    if (winner >= 0) buckets[winner] = (buckets[winner] ?? 0) + 1;
  }
  return buckets.map((count) => count / bucketCount);
}

/** The percentage that an allocation on the wire means; absent or unreadable ones mean all visitors. */
export function percentOf(allocation: unknown): number {
  if (typeof allocation !== 'number' && typeof allocation !== 'string') return 100;
  const percent = Number(allocation);
  return Number.isNaN(percent) ? 100 : percent;
}

export function isRunning({ status }: { readonly status: string }): boolean {
  return status === '' || status === 'running';
}

interface BucketRange {
  readonly from: number;
  readonly to: number;
}

// Up to version 11 running variations stand side by side; since then each keeps its own place, also when another stops.
function isAnchored(version: unknown): boolean {
  return (typeof version === 'number' || typeof version === 'string') && Number(version) > 11;
}

function packed(variations: readonly AllocatedVariation[]): BucketRange[] {
  let from = 0;
  return variations.map((variation) => {
    const range = { from, to: from + widthOf(variation) };
    from = range.to;
    return range;
  });
}

function anchored(variations: readonly AllocatedVariation[]): BucketRange[] {
  const total = variations.reduce((sum, { traffic }) => sum + traffic, 0);
  let before = 0;
  return variations.map((variation) => {
    const from = (before / total) * bucketCount;
    before += variation.traffic;
    return { from, to: total > 0 ? from + widthOf(variation) : from };
  });
}

function widthOf(variation: AllocatedVariation): number {
  return isRunning(variation) ? Math.max(0, variation.traffic) * (bucketCount / 100) : 0;
}
