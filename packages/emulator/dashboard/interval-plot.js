/** @import { GoalStatistics } from '../src/statistics.ts' */
import { formatPercent, formatShortPercent, svg } from './elements.js';

const niceEnds = [0.01, 0.02, 0.04, 0.06, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1];

/**
 * The end of the scale that all variations of an experience share: the first round one that shows every interval.
 *
 * @param {readonly GoalStatistics[]} goals
 */
export function scaleEnd(goals) {
  const highest = Math.max(0, ...goals.map(({ interval }) => interval?.high ?? 0));
  return niceEnds.find((end) => end >= highest) ?? 1;
}

/**
 * One variation's rate and interval on the shared scale, with the baseline's rate across it.
 *
 * @param {{ label: string, goal: GoalStatistics, baselineRate: number | null, end: number }} options
 */
export function intervalPlot({ label, goal, baselineRate, end }) {
  const { rate, interval } = goal;
  const described =
    rate === null || interval === null
      ? `${label}: no visitors`
      : `${label}: ${formatPercent(rate)}, 95% interval ${formatPercent(interval.low)} to ${formatPercent(interval.high)}`;
  const plot = svg('svg', { class: 'plot', role: 'img', 'aria-label': described });
  for (const tick of [0, end / 2, end]) plot.append(vertical('grid', tick, end));
  if (baselineRate !== null) plot.append(vertical('baseline', baselineRate, end));
  if (rate === null || interval === null) return plot;
  plot.append(
    svg('line', { class: 'interval', x1: at(interval.low, end), x2: at(interval.high, end), y1: '50%', y2: '50%' }),
    svg('circle', { class: 'rate', cx: at(rate, end), cy: '50%', r: '5' }),
  );
  return plot;
}

/** @param {number} end */
export function scaleAxis(end) {
  const axis = svg('svg', { class: 'axis', 'aria-hidden': 'true' });
  const anchors = ['start', 'middle', 'end'];
  for (const [index, anchor] of anchors.entries()) {
    const tick = (end / 2) * index;
    axis.append(svg('text', { x: at(tick, end), y: '12', 'text-anchor': anchor }, formatShortPercent(tick)));
  }
  return axis;
}

/**
 * @param {string} name
 * @param {number} rate
 * @param {number} end
 */
function vertical(name, rate, end) {
  return svg('line', { class: name, x1: at(rate, end), x2: at(rate, end), y1: '0', y2: '100%' });
}

/**
 * @param {number} rate
 * @param {number} end
 */
function at(rate, end) {
  return `${(rate / end) * 100}%`;
}
