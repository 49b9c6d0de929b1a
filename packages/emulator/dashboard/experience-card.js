/** @import { DashboardExperience, DashboardGoal } from '../src/dashboard-state.ts' */
import { counted, html, wasOrWere } from './elements.js';
import { healthNote } from './health-note.js';
import { splitWarning } from './split-note.js';
import { resultOf, variationRows } from './variation-rows.js';

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
  const warning = html('div');
  const rows = html('div', { class: 'variations' });
  const told = html('div');
  const notes = html('div', { class: 'notes' });
  const element = html(
    'article',
    { class: 'card' },
    html('header', {}, html('div', {}, title, html('p', { class: 'facts' }, key, ' · ', facts)), goalField),
    warning,
    rows,
    told,
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
    const skewed = splitWarning(experience);
    warning.replaceChildren(...(skewed ? [skewed] : []));
    rows.dataset.split = experience.split.status;
    rows.replaceChildren(...variationRows(experience, goal));
    const health = healthNote(experience);
    told.replaceChildren(...(health ? [health] : []));
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
    notes.push(
      `${counted(switched, 'visitor')} saw more than one variation and ${wasOrWere(switched)} counted in each.`,
    );
  }
  if (unexposed > 0) {
    notes.push(
      `${counted(unexposed, 'visitor')} converted without a recorded exposure and ${wasOrWere(unexposed)} not counted.`,
    );
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
