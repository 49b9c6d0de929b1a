/** @import { DashboardExperience, DashboardGoal, DashboardVariation } from '../src/dashboard-state.ts' */
/** @import { GoalStatistics } from '../src/statistics.ts' */
import { formatNumber, formatPercent, formatShortPercent, html } from './elements.js';
import { intervalPlot, scaleAxis, scaleEnd } from './interval-plot.js';
import { splitLine } from './split-note.js';

/**
 * The variations of an experience below one another, with their results for a goal.
 *
 * @param {DashboardExperience} experience
 * @param {DashboardGoal | undefined} goal
 */
export function variationRows(experience, goal) {
  const { variations } = experience;
  const results = variations.map((variation) => resultOf(variation, goal));
  const end = scaleEnd(results);
  const baselineRate = results[0]?.rate ?? null;
  const hasRevenue = goal !== undefined && (goal.hasRevenue || results.some(({ revenue }) => revenue !== 0));
  const head = html(
    'div',
    { class: 'variation head' },
    html('span', {}, 'Variation'),
    html('span', { class: 'number' }, 'Visitors'),
    html('span', { class: 'number' }, 'Conversions'),
    html('span', { class: 'number' }, hasRevenue ? 'Revenue' : ''),
    html('span', { class: 'number' }, 'Rate'),
    html('span'),
  );
  const rows = variations.map((variation, index) => {
    const result = results[index] ?? noResult;
    const label = variation.name || variation.key || variation.id;
    return html(
      'div',
      { class: 'variation', 'data-testid': 'variation' },
      html(
        'div',
        { class: 'name' },
        html('span', { class: 'label' }, label, index === 0 ? html('span', { class: 'tag' }, 'baseline') : null),
        html('span', { class: 'sub' }, subtitleOf(variation)),
      ),
      figure('Visitors', formatNumber(variation.visitors), expectationOf(variation, experience)),
      figure('Conversions', formatNumber(result.conversions)),
      hasRevenue ? figure('Revenue', formatNumber(result.revenue)) : html('span'),
      rateFigure(result),
      intervalPlot({ label, goal: result, baselineRate, end }),
    );
  });
  return [head, ...rows, html('div', { class: 'variation scale' }, splitLine(experience), scaleAxis(end))];
}

/** @type {GoalStatistics} */
const noResult = { goalId: '', conversions: 0, unexposed: 0, rate: null, interval: null, revenue: 0 };

/**
 * @param {DashboardVariation} variation
 * @param {DashboardGoal | undefined} goal
 */
export function resultOf(variation, goal) {
  return variation.goals.find(({ goalId }) => goalId === goal?.id) ?? noResult;
}

/**
 * @param {string} caption
 * @param {string} value
 * @param {string | null} remark
 */
function figure(caption, value, remark = null) {
  return html(
    'div',
    { class: 'number' },
    html('span', { class: 'caption' }, caption),
    html('span', {}, value),
    remark === null ? null : html('span', { class: 'sub' }, remark),
  );
}

/**
 * @param {DashboardVariation} variation
 * @param {DashboardExperience} experience
 */
function expectationOf({ traffic, expectedVisitors }, { split }) {
  if (split.status !== 'skewed' || traffic === 0) return null;
  return `${formatNumber(Math.round(expectedVisitors))} expected`;
}

/** @param {GoalStatistics} result */
function rateFigure({ rate, interval }) {
  const value = html('strong', {}, rate === null ? '–' : formatPercent(rate));
  const range = interval ? `${formatPercent(interval.low)} – ${formatPercent(interval.high)}` : 'no visitors yet';
  return html(
    'div',
    { class: 'number rate-figure' },
    html('span', { class: 'caption' }, 'Rate'),
    value,
    html('span', { class: 'sub' }, range),
  );
}

/** @param {DashboardVariation} variation */
function subtitleOf({ key, isStopped, traffic }) {
  const running = traffic === 0 ? 'no traffic' : formatShortPercent(traffic / 100);
  return [key, isStopped ? 'stopped' : running].filter(Boolean).join(' · ');
}
