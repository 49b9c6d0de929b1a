import { MIN_VISITORS } from './checks.ts';

/** Something that is likely to be wrong. */
export interface LikelyCause {
  readonly cause: 'shared_visitor_id' | 'matcher_gap' | 'one_sided_errors' | 'bots';
  /** What the numbers say and what to check. */
  readonly message: string;
}

/** What is known of one experience. */
export interface Evidence {
  /** About how many visitors were assigned, and how many exposed. */
  readonly assigned: number;
  readonly exposed: number;
  /** Decisions for payloads, repetitions included, and about how many visitors they were for. */
  readonly decisions: number;
  readonly visitors: number;
  readonly assignedSplit: Verdict;
  readonly exposedSplit: Verdict;
  /** Whether the variations get the same share of the assigned visitors exposed. */
  readonly exposedShares: Verdict;
}

/** Whether chance explains what was counted; `unknown`: too few visitors to say. */
export type Verdict = 'fits' | 'skewed' | 'unknown';

/** So many decisions for one visitor, again and again, are no person's. */
const MANY_DECISIONS = 10_000;
const MANY_DECISIONS_EACH = 1_000;
const FEW_EXPOSED = 0.1;

/** What can have led to the numbers of one experience, likely causes first; none when nothing is suspicious. */
export function causesOf(evidence: Evidence, everywhere: readonly Evidence[]): LikelyCause[] {
  const found: LikelyCause[] = [];
  const add = (cause: LikelyCause['cause'], says: string | null, check: string): void => {
    if (says !== null) found.push({ cause, message: `${says} ${check}` });
  };
  add('shared_visitor_id', ofSharedIds(evidence), CHECKS.shared_visitor_id);
  add('one_sided_errors', ofOneSide(evidence), CHECKS.one_sided_errors);
  add('matcher_gap', ofUndecided(evidence) ?? ofOneSide(evidence), CHECKS.matcher_gap);
  add('bots', ofFewExposed(evidence, everywhere), CHECKS.bots);
  return found;
}

const CHECKS: Readonly<Record<LikelyCause['cause'], string>> = {
  shared_visitor_id:
    'Check that ids tell visitors apart: a cached response with Set-Cookie gives many people one, and an own `visitorId` may have few values.',
  one_sided_errors: 'Check the variations for errors and for slowness that makes visitors leave before they see them.',
  matcher_gap:
    'Check that the matcher of the proxy covers every page of the experience, unless another process serves some of them.',
  bots: 'Check for bots that pass for people, prefetched pages that nobody looks at, and visitors whose consent is pending.',
};

function ofSharedIds({ decisions, visitors, assignedSplit, exposedSplit }: Evidence): string | null {
  if (assignedSplit === 'skewed') return 'The visitors who were assigned do not fit the split of the traffic.';
  if (assignedSplit === 'unknown' && exposedSplit === 'skewed') return UNEVEN;
  const isFew = visitors < MIN_VISITORS && decisions >= Math.max(MANY_DECISIONS, MANY_DECISIONS_EACH * visitors);
  return isFew ? `${decisions} decisions were made for ${Math.round(visitors)} visitor ids.` : null;
}

const UNEVEN = 'The visitors who were exposed do not fit the split of the traffic.';

function ofOneSide({ assignedSplit, exposedSplit, exposedShares }: Evidence): string | null {
  if (exposedShares === 'skewed')
    return 'In some variations fewer of the assigned visitors are exposed than in others.';
  return exposedSplit === 'skewed' && assignedSplit !== 'skewed' ? UNEVEN : null;
}

function ofUndecided({ assigned, decisions, exposed }: Evidence): string | null {
  if (assigned > 0 || decisions > 0 || exposed < MIN_VISITORS) return null;
  return 'Visitors were exposed for whom this process had decided nothing.';
}

// An experience deep inside a site is seen by few. That none is seen by more than a few is something else; and where not
// a single exposure arrives, another process may take them.
function ofFewExposed(evidence: Evidence, everywhere: readonly Evidence[]): string | null {
  const assignedTo = everywhere.filter(({ assigned }) => assigned >= MIN_VISITORS);
  const hasExposures = everywhere.some(({ exposed }) => exposed > 0);
  const isSeenByMany = assignedTo.some(({ assigned, exposed }) => exposed >= FEW_EXPOSED * assigned);
  if (!hasExposures || isSeenByMany || !assignedTo.includes(evidence)) return null;
  return 'Few of the assigned visitors are ever exposed, whatever the experience.';
}
