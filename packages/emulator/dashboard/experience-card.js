/** @import { DashboardExperience, DashboardGoal, DashboardVariation } from '../src/dashboard-state.ts' */
/** @import { GoalStatistics } from '../src/statistics.ts' */
import { counted, formatNumber, formatPercent, formatShortPercent, html } from './elements.js';
import { intervalPlot, scaleAxis, scaleEnd } from './interval-plot.js';

/**
 * One experience: its variations side by side for a chosen goal. `update` keeps the choice.
 *
 * @param {DashboardExperience} initial
 */
export function experienceCard(initial) {
  let experience = initial;
  /** @type {string | null} */
  let chosenGoalId = null;
  let shownGoals = '';

  const title = html('h3', {}, experience.name || experience.key);
  const key = html('code', {}, experience.key);
  const facts = html('span');
  const select = html('select', { 'aria-label': `Goal for ${experience.key}` });
  const goalField = html('label', { class: 'goal' }, html('span', {}, 'Goal'), select);
  const rows = html('div', { class: 'variations' });
  const notes = html('div', { class: 'notes' });
  const element = html(
    'article',
    { class: 'card' },
    html('header', {}, html('div', {}, title, html('p', { class: 'facts' }, key, ' · ', facts)), goalField),
    rows,
    notes,
  );

  select.addEventListener('change', () => {
    chosenGoalId = select.value;
    render();
  });

  function render() {
    const goal = experience.goals.find(({ id }) => id === chosenGoalId) ?? liveliestGoal(experience);
    const goals = JSON.stringify(experience.goals);
    if (goals !== shownGoals) {
      select.replaceChildren(...experience.goals.map(({ id, label }) => html('option', { value: id }, label)));
      shownGoals = goals;
    }
    if (goal) select.value = goal.id;
    goalField.hidden = experience.goals.length === 0;
    facts.textContent = factsOf(experience);
    rows.replaceChildren(...variationRows(experience, goal));
    notes.replaceChildren(...notesOf(experience, goal).map((note) => html('p', { class: 'note' }, note)));
  }

  render();
  return {
    element,
    /** @param {DashboardExperience} next */
    update(next) {
      experience = next;
      render();
    },
  };
}

/**
 * @param {DashboardExperience} experience
 * @param {DashboardGoal | undefined} goal
 */
function variationRows(experience, goal) {
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
      figure('Visitors', formatNumber(variation.visitors)),
      figure('Conversions', formatNumber(result.conversions)),
      hasRevenue ? figure('Revenue', formatNumber(result.revenue)) : html('span'),
      rateFigure(result),
      intervalPlot({ label, goal: result, baselineRate, end }),
    );
  });
  return [head, ...rows, html('div', { class: 'variation scale' }, scaleAxis(end))];
}

/** @type {GoalStatistics} */
const noResult = { goalId: '', conversions: 0, unexposed: 0, rate: null, interval: null, revenue: 0 };

/**
 * @param {DashboardVariation} variation
 * @param {DashboardGoal | undefined} goal
 */
function resultOf(variation, goal) {
  return variation.goals.find(({ goalId }) => goalId === goal?.id) ?? noResult;
}

/**
 * @param {string} caption
 * @param {string} value
 */
function figure(caption, value) {
  return html('div', { class: 'number' }, html('span', { class: 'caption' }, caption), html('span', {}, value));
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
    html('span', { class: 'sub range' }, range),
  );
}

/** @param {DashboardVariation} variation */
function subtitleOf({ key, isStopped, traffic }) {
  return [key, isStopped ? 'stopped' : formatShortPercent(traffic / 100)].filter(Boolean).join(' · ');
}

/** @param {DashboardExperience} experience */
function factsOf({ status, environment, audiences, locations, visitors }) {
  return [
    counted(visitors, 'visitor'),
    status === 'active' ? null : status,
    environment || null,
    audiences.length > 0 ? `for ${audiences.join(', ')}` : null,
    locations.length > 0 ? `on ${locations.join(', ')}` : null,
  ]
    .filter(Boolean)
    .join(' · ');
}

/**
 * @param {DashboardExperience} experience
 * @param {DashboardGoal | undefined} goal
 */
function notesOf({ switched, variations, goals }, goal) {
  const unexposed = variations.reduce((sum, variation) => sum + resultOf(variation, goal).unexposed, 0);
  const notes = [];
  if (goals.length === 0) notes.push('This experience has no goals, so there is nothing to compare yet.');
  if (switched > 0) {
    notes.push(`${counted(switched, 'visitor')} saw more than one variation and is counted in each.`);
  }
  if (unexposed > 0) {
    notes.push(`${counted(unexposed, 'visitor')} converted without a recorded exposure and is not counted.`);
  }
  return notes;
}

/** @param {DashboardExperience} experience */
function liveliestGoal({ goals, variations }) {
  const converted = goals.find(({ id }) =>
    variations.some((variation) => variation.goals.some((goal) => goal.goalId === id && goal.conversions > 0)),
  );
  return converted ?? goals[0];
}
