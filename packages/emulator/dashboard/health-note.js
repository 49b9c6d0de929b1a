/** @import { DashboardExperience } from '../src/dashboard-state.ts' */
/** @import { ExperienceHealth } from '../src/health.ts' */
import { formatNumber, html } from './elements.js';
import { formatP } from './split-note.js';

const countedBy = ['Assigned', 'Exposed', 'Converted'];

const suspicions = new Map([
  ['shared_visitor_id', 'Cached Set-Cookie.'],
  ['matcher_gap', 'Matcher gap.'],
  ['one_sided_errors', 'One-sided errors.'],
  ['bots', 'Bots.'],
]);

/**
 * Whom the application itself has counted, and what it says of that.
 *
 * @param {DashboardExperience} experience
 */
export function healthNote({ health, variations }) {
  if (health === null) return null;
  const rows = variations.map(({ id, key, name }) => {
    const told = health.variations.find(({ variationId }) => variationId === id);
    const counts = told ? [told.assigned, told.exposed, told.converted].map(formatNumber) : countedBy.map(() => '–');
    return html(
      'tr',
      {},
      html('th', { scope: 'row' }, name || key || id),
      ...counts.map((count, index) => html('td', { 'data-caption': countedBy[index] ?? '' }, count)),
    );
  });
  const heads = ['Variation', ...countedBy].map((head) => html('th', { scope: 'col' }, head));
  return html(
    'section',
    { class: 'health', 'data-testid': 'health' },
    html('h4', {}, 'Counted by the application'),
    html('table', {}, html('thead', {}, html('tr', {}, ...heads)), html('tbody', {}, ...rows)),
    health.isSuspicious ? suspicionOf(health) : html('p', { class: 'verdict' }, verdictOf(health)),
  );
}

/** @param {ExperienceHealth} health */
function verdictOf(health) {
  const checked = checkedOf(health);
  if (checked === '') return 'Too few visitors yet for the application to check the split';
  return `The application finds nothing suspicious: ${checked}`;
}

/** @param {ExperienceHealth} health */
function checkedOf({ pValues: { assigned, exposed } }) {
  return [
    assigned === null ? null : `assigned ${formatP(assigned)}`,
    exposed === null ? null : `exposed ${formatP(exposed)}`,
  ]
    .filter(Boolean)
    .join(', ');
}

/** @param {ExperienceHealth} health */
function suspicionOf(health) {
  const items = health.causes.map(({ cause, message }) => {
    const name = suspicions.get(cause) ?? cause;
    return html('li', {}, html('strong', {}, name), ` ${message}`);
  });
  return html(
    'div',
    { class: 'warning', 'data-testid': 'health-warning' },
    html('h4', {}, 'The application finds its numbers suspicious', html('span', { class: 'p' }, checkedOf(health))),
    html('div', { class: 'causes' }, html('h5', {}, 'Likely'), html('ul', {}, ...items)),
  );
}
