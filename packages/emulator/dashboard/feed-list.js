/** @import { FeedItem } from '../src/feed.ts' */
import { html } from './elements.js';

const shownItems = 100;
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** What arrived, newest first. */
export function feedList() {
  /** @type {Map<number, FeedItem>} */
  const items = new Map();
  const list = html('ol', { 'data-testid': 'feed' });
  const empty = html(
    'p',
    { class: 'empty' },
    'Exposures and conversions appear here the moment they arrive, and what is refused appears with its reason.',
  );
  const element = html('div', {}, empty, list);

  return {
    element,
    /** @param {readonly FeedItem[]} added */
    add(added) {
      // The same item may come twice: with the state and with the stream.
      for (const item of added) items.set(item.sequence, item);
      const newest = [...items.values()].sort((a, b) => b.sequence - a.sequence).slice(0, shownItems);
      items.clear();
      for (const item of newest) items.set(item.sequence, item);
      const rows = new Map([...list.children].map((row) => [row.getAttribute('data-sequence'), row]));
      list.replaceChildren(...newest.map((item) => rows.get(String(item.sequence)) ?? feedRow(item)));
      empty.hidden = newest.length > 0;
    },
    clear() {
      items.clear();
      list.replaceChildren();
      empty.hidden = false;
    },
  };
}

/** @param {FeedItem} item */
function feedRow({ sequence, at, kind, visitorId, subject, detail }) {
  return html(
    'li',
    { 'data-kind': kind, 'data-sequence': String(sequence) },
    html('span', { class: 'kind' }, kind),
    html('time', { datetime: at }, clock.format(new Date(at))),
    html('p', { class: 'subject' }, subject),
    detail ? html('p', { class: 'detail' }, detail) : null,
    visitorId === null ? null : html('p', { class: 'visitor' }, visitorId),
  );
}
