/** @import { DashboardExperience } from '../src/dashboard-state.ts' */
/** @import { SplitCause } from '../src/split-causes.ts' */
import { counted, html, wasOrWere } from './elements.js';

/**
 * A quiet line on the split, as long as there is nothing to warn of.
 *
 * @param {DashboardExperience} experience
 */
export function splitLine({ split }) {
  if (split.status === 'not_comparable' || split.status === 'skewed') return null;
  const sentence =
    split.status === 'too_few_visitors'
      ? 'Too few visitors yet to check the split'
      : `Split as configured, ${formatP(split.pValue)}`;
  return html('p', { class: 'split', 'data-status': split.status }, sentence);
}

/**
 * What to know before reading results whose visitors are not split as configured.
 *
 * @param {DashboardExperience} experience
 */
export function splitWarning(experience) {
  const { split } = experience;
  if (split.status !== 'skewed') return null;
  const likely = split.causes.filter(({ isLikely }) => isLikely);
  // Where traffic was allocated differently before, its visitors are there to tell: nothing is left to check.
  const others = split.causes.filter(({ isLikely, cause }) => !isLikely && cause !== 'allocation_changed');
  return html(
    'section',
    { class: 'warning', 'data-testid': 'split-warning' },
    html('h4', {}, 'Visitors are not split as configured', html('span', { class: 'p' }, formatP(split.pValue))),
    html(
      'p',
      {},
      'Find out why before you compare rates: those who are missing may differ from those who were counted.',
    ),
    causeList('Likely', likely, experience),
    causeList(likely.length > 0 ? 'Check also' : 'Check', others, experience),
  );
}

/**
 * @param {string} title
 * @param {readonly SplitCause[]} causes
 * @param {DashboardExperience} experience
 */
function causeList(title, causes, experience) {
  if (causes.length === 0) return null;
  const items = causes.map((cause) => {
    const { name, sentence } = describe(cause, experience);
    return html('li', {}, html('strong', {}, name), ` ${sentence}`);
  });
  return html('div', { class: 'causes' }, html('h5', {}, title), html('ul', {}, ...items));
}

/**
 * @param {SplitCause} cause
 * @param {DashboardExperience} experience
 * @returns {{ name: string, sentence: string }}
 */
function describe(cause, experience) {
  switch (cause.cause) {
    case 'shared_visitor_id': {
      const { repeatedExposures: count } = cause;
      const evidence = count > 0 ? ` ${counted(count, 'exposure')} came from visitors counted before.` : '';
      return { name: 'Cached Set-Cookie.', sentence: `Many people may share one visitor id.${evidence}` };
    }
    case 'matcher_gap': {
      if (cause.variationId === null) {
        return { name: 'Matcher gap.', sentence: 'The proxy may not run on pages of one variation.' };
      }
      const variation = shortNameOf(cause.variationId, experience);
      return { name: 'Matcher gap.', sentence: `The proxy may not run on pages of ${variation}: nobody was counted.` };
    }
    case 'one_sided_error': {
      const { variationId, refusedRequests: count } = cause;
      const variation = variationId === null ? 'One variation' : shortNameOf(variationId, experience);
      const evidence = count > 0 ? ` ${counted(count, 'request')} ${wasOrWere(count)} refused.` : '';
      return { name: 'One-sided error.', sentence: `${variation} may fail before it is seen.${evidence}` };
    }
    case 'bots': {
      const { discardedRequests: count } = cause;
      const evidence =
        count > 0
          ? `${counted(count, 'request')} ${wasOrWere(count)} discarded; more may pass for people.`
          : 'Some may pass for people.';
      return { name: 'Bots.', sentence: evidence };
    }
    case 'allocation_changed': {
      const saw = `${counted(cause.visitors, 'visitor')} saw a variation that gets no traffic now.`;
      return { name: 'Changed allocation.', sentence: saw };
    }
  }
}

/**
 * @param {string} variationId
 * @param {DashboardExperience} experience
 */
function shortNameOf(variationId, { variations }) {
  const variation = variations.find(({ id }) => id === variationId);
  const name = variation?.name || variation?.key || variationId;
  return name.length > 40 ? `${name.slice(0, 39).trimEnd()}…` : name;
}

/** @param {number} pValue */
export function formatP(pValue) {
  return pValue < 0.001 ? 'p < 0.001' : `p = ${pValue.toFixed(pValue < 0.1 ? 3 : 2)}`;
}
