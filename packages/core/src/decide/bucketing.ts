import { type HashPrefix, hashAfter, type PreparedText } from './hash.ts';
import { asText } from './text.ts';

/** How finely traffic can be divided. */
export const BUCKETS = 10_000;

/** Where a visitor falls for one experience: a whole number from 0 to 9999. `prefix` is the hashed experience id. */
export function bucketOf(prefix: HashPrefix, visitorId: string | PreparedText): number {
  const hash = typeof visitorId === 'string' ? hashAfter(prefix, visitorId) : visitorId.hashAfter(prefix);
  return Math.floor((hash / 4294967296) * BUCKETS);
}

export interface TrafficShare {
  readonly status: unknown;
  readonly allocation: unknown;
}

/** Buckets of one variation: `from` ≤ bucket < `to`. `null`: it takes no traffic. */
export type BucketRange = { readonly from: number; readonly to: number } | null;

/** Which buckets each variation takes. Above version 11 growing traffic never moves a visitor to another variation. */
export function layOut(version: unknown, shares: readonly TrafficShare[]): BucketRange[] {
  return toNumber(version) > 11 ? anchored(shares) : packed(shares);
}

function toNumber(version: unknown): number {
  return typeof version === 'number' ? version : version === null ? 0 : Number(asText(version));
}

// Active variations stand side by side; one that is stopped shifts its successors.
function packed(shares: readonly TrafficShare[]): BucketRange[] {
  let sum = 0;
  return shares.map((share) => {
    if (!isActive(share)) return null;
    const from = sum;
    sum += percent(share) * 100;
    return { from, to: sum };
  });
}

// Every variation starts at its own place on the scale and grows from there.
function anchored(shares: readonly TrafficShare[]): BucketRange[] {
  const total = shares.reduce((sum, share) => sum + percent(share), 0);
  let before = 0;
  return shares.map((share) => {
    const from = (before / total) * BUCKETS;
    before += percent(share);
    return total > 0 && isActive(share) ? { from, to: from + percent(share) * 100 } : null;
  });
}

function isActive(share: TrafficShare): boolean {
  return (!share.status || share.status === 'running') && percent(share) > 0;
}

function percent({ allocation }: TrafficShare): number {
  if (allocation === '') return 0;
  if (typeof allocation !== 'number' && typeof allocation !== 'string') return 100;
  const value = Number(allocation);
  return Number.isNaN(value) ? 100 : value;
}
