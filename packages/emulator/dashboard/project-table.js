/** @import { DashboardExperience } from '../src/dashboard-state.ts' */
import { formatShortPercent, html } from './elements.js';

const columns = ['Experience', 'Status', 'Environment', 'Traffic', 'Audiences', 'Locations'];

/** @param {readonly DashboardExperience[]} experiences */
export function projectTable(experiences) {
  if (experiences.length === 0) {
    return html('p', { class: 'empty' }, 'This project has no experiences. Add one to its config and start again.');
  }
  return html(
    'div',
    { class: 'table' },
    html(
      'table',
      {},
      html('thead', {}, html('tr', {}, ...columns.map((column) => html('th', { scope: 'col' }, column)))),
      html('tbody', {}, ...experiences.map(experienceRow)),
    ),
  );
}

/** @param {DashboardExperience} experience */
function experienceRow(experience) {
  const { key, name, type, status, isServed, environment, traffic, audiences, locations } = experience;
  const kind = type === 'feature_rollout' ? 'rollout' : null;
  const state = html('span', { class: 'status', 'data-status': status }, status);
  return html(
    'tr',
    {},
    html(
      'th',
      { scope: 'row' },
      html('span', { class: 'label' }, name || key),
      html('span', { class: 'sub' }, html('code', {}, key), kind ? ` · ${kind}` : ''),
    ),
    cell('Status', state, isServed ? null : html('span', { class: 'sub' }, 'served with a debug token only')),
    cell('Environment', environment || 'any'),
    cell('Traffic', formatShortPercent(traffic / 100)),
    cell('Audiences', audiences.join(', ') || 'everyone'),
    cell('Locations', locations.join(', ') || 'everywhere'),
  );
}

/**
 * @param {string} caption
 * @param {...(string | Node | null)} children
 */
function cell(caption, ...children) {
  return html('td', { 'data-caption': caption }, ...children);
}
