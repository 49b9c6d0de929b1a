/** @import { DashboardState } from '../src/dashboard-state.ts' */
import { byId, formatNumber, html } from './elements.js';
import { experienceCard } from './experience-card.js';
import { feedList } from './feed-list.js';
import { projectTable } from './project-table.js';

const refreshDelayMs = 250;
const healthDelayMs = 5000;

const feed = feedList();
byId('feed').append(feed.element);
/** @type {Map<string, ReturnType<typeof experienceCard>>} */
const cards = new Map();
let isRefreshDue = false;
let isFirstState = true;
let asksHealth = false;

byId('clear').addEventListener('click', () => {
  if (confirm('Forget all events that were sent?')) void fetch('/api/reset', { method: 'POST' });
});

const stream = new EventSource('/events/stream');
// After a pause, anything may have happened: the state is read again on every connection.
stream.addEventListener('open', () => {
  showConnection('live', 'Live');
  feed.clear();
  void refresh();
});
stream.addEventListener('error', () => showConnection('lost', 'Reconnecting'));
stream.addEventListener('delivery', ({ data }) => {
  feed.add(JSON.parse(data));
  refreshSoon();
});
stream.addEventListener('faults', refreshSoon);
stream.addEventListener('reset', () => {
  feed.clear();
  refreshSoon();
});

// What the application counts is not on the stream.
setInterval(() => {
  if (asksHealth && !document.hidden) refreshSoon();
}, healthDelayMs);

function refreshSoon() {
  if (isRefreshDue) return;
  isRefreshDue = true;
  setTimeout(refresh, refreshDelayMs);
}

async function refresh() {
  isRefreshDue = false;
  const response = await fetch('/api/state').catch(() => null);
  // The stream notices a server that is gone, and comes back here when it has returned.
  if (!response?.ok) return;
  render(await response.json());
}

/** @param {DashboardState} state */
function render(state) {
  document.title = `${state.project.name || state.project.projectId} · Local Convert`;
  byId('project-name').textContent = state.project.name || state.project.projectId;
  renderFaults(state);
  renderHealth(state);
  renderTotals(state);
  renderResults(state);
  feed.add(state.feed);
  if (!isFirstState) return;
  isFirstState = false;
  // Neither changes while the emulator runs.
  renderAddresses(state);
  byId('experiences').replaceChildren(projectTable(state.experiences));
}

/** @param {DashboardState} state */
function renderFaults({ faults }) {
  const behaviour = { ok: '', error: 'answers 500', hang: 'does not answer' };
  const broken = [
    faults.config === 'ok' ? null : `the config ${behaviour[faults.config]}`,
    faults.track === 'ok' ? null : `tracking ${behaviour[faults.track]}`,
  ].filter(Boolean);
  byId('faults').hidden = broken.length === 0;
  byId('faults').textContent = `Broken on request: ${broken.join(', ')}.`;
}

/** @param {DashboardState} state */
function renderHealth({ health }) {
  asksHealth = health !== null;
  const reason = health?.status === 'untold' ? `${health.address} ${health.reason}` : '';
  byId('health').hidden = reason === '';
  byId('health').textContent = `The application does not tell whom it has assigned: ${reason}.`;
}

/** @param {DashboardState} state */
function renderTotals({ totals }) {
  const uncredited = totals.uncredited > 0 ? `${formatNumber(totals.uncredited)} without a variation` : '';
  byId('totals').replaceChildren(
    total('Visitors', totals.visitors),
    total('Exposures', totals.exposures),
    total('Conversions', totals.conversions, uncredited),
    total('Refused', totals.refused, '', 'refused'),
    total('Discarded', totals.discarded, '', 'discarded'),
  );
}

/**
 * @param {string} name
 * @param {number} value
 * @param {string} remark
 * @param {string} kind
 */
function total(name, value, remark = '', kind = '') {
  return html(
    'div',
    { 'data-kind': value > 0 ? kind : '' },
    html('dt', {}, name),
    html('dd', {}, formatNumber(value), remark ? html('span', { class: 'sub' }, remark) : null),
  );
}

/** @param {DashboardState} state */
function renderResults({ experiences, totals }) {
  const seen = experiences.filter(
    ({ visitors, variations, health }) => visitors > 0 || health !== null || hasUnexposed(variations),
  );
  for (const experience of seen) {
    const card = cards.get(experience.id);
    if (card) card.update(experience);
    else cards.set(experience.id, experienceCard(experience));
  }
  const shown = seen.flatMap(({ id }) => cards.get(id)?.element ?? []);
  const results = byId('results');
  // Moving a card closes the menu that is open in it.
  const isAsShown =
    results.children.length === shown.length && shown.every((card, index) => results.children[index] === card);
  if (shown.length > 0 && isAsShown) return;
  if (shown.length > 0) return results.replaceChildren(...shown);
  const isQuiet = totals.visitors + totals.refused + totals.discarded === 0;
  results.replaceChildren(html('p', { class: 'empty' }, emptySentence(isQuiet)));
  byId('connect').toggleAttribute('open', isQuiet);
}

/** @param {boolean} isQuiet */
function emptySentence(isQuiet) {
  return isQuiet
    ? 'No visitors yet. Start your application with the addresses above and open a page with an experiment: its first exposure draws the first result.'
    : 'No exposures yet. A result is drawn as soon as a visitor is shown a variation.';
}

/** @param {DashboardState['experiences'][number]['variations']} variations */
function hasUnexposed(variations) {
  return variations.some(({ goals }) => goals.some(({ unexposed }) => unexposed > 0));
}

/** @param {DashboardState} state */
function renderAddresses({ addresses }) {
  byId('addresses').replaceChildren(
    ...Object.entries(addresses).flatMap(([name, value]) => [html('dt', {}, name), addressValue(value)]),
  );
}

/** @param {string} value */
function addressValue(value) {
  const copy = html('button', { type: 'button', class: 'quiet' }, 'Copy');
  copy.addEventListener('click', async () => {
    await navigator.clipboard.writeText(value);
    copy.textContent = 'Copied';
    setTimeout(() => {
      copy.textContent = 'Copy';
    }, 1500);
  });
  return html('dd', {}, html('code', {}, value), copy);
}

/**
 * @param {string} state
 * @param {string} text
 */
function showConnection(state, text) {
  byId('connection').dataset.state = state;
  byId('connection').textContent = text;
}
