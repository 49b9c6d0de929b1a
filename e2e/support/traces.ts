import type { Page } from '@playwright/test';
import type { Recorder } from './recorder.ts';

/** What belongs to the fixture app and its tests, not to Convert. */
const OWN_COOKIES = new Set(['consent', 'user', 'from_app']);

/**
 * Everything that could tell a visitor apart: what the browser keeps now (cookies, also HttpOnly ones, and every storage)
 * and what was sent and set since the recorder's request number `since`. Sorted, each once.
 */
export async function tracesOf(page: Page, { requests }: Recorder, since = 0): Promise<string[]> {
  const cookies = await page.context().cookies();
  const kept = cookies.filter(({ name }) => !OWN_COOKIES.has(name)).map(({ name }) => `cookie ${name}`);
  const traces = new Set([...kept, ...(await storedIn(page))]);
  const ids = idsIn(requests.map(({ answer }) => answer).join('\n'));
  for (const { method, path, headers, body, setCookies } of requests.slice(since)) {
    const said = [path, JSON.stringify(headers), body].join('\n');
    if (path.startsWith('/api/convert')) traces.add(`${method} ${path}`);
    if (ids.some((id) => said.includes(id))) traces.add('the visitor id in a request');
    for (const name of namesOf(headers.cookie ?? '')) traces.add(`sent cookie ${name}`);
    for (const name of setCookies.flatMap((cookie) => namesOf(cookie.split(';', 1)[0] ?? ''))) {
      traces.add(`set cookie ${name}`);
    }
  }
  return [...traces].sort();
}

/** Visitor ids that pages, RSC payloads or answers of the relay tell. */
export function idsIn(text: string): string[] {
  const ids = [...text.matchAll(/visitorId\\*":\\*"([^"\\]+)/g)].map(([, id = '']) => id);
  return [...new Set(ids)];
}

function namesOf(cookies: string): string[] {
  const names = cookies.split(';').map((pair) => pair.split('=', 1)[0]?.trim() ?? '');
  return names.filter((name) => name !== '' && !OWN_COOKIES.has(name));
}

function storedIn(page: Page): Promise<string[]> {
  return page.evaluate(async () => [
    ...Object.keys(localStorage).map((key) => `localStorage ${key}`),
    ...Object.keys(sessionStorage).map((key) => `sessionStorage ${key}`),
    ...(await indexedDB.databases()).map(({ name }) => `database ${name}`),
    ...(await caches.keys()).map((key) => `cache ${key}`),
  ]);
}
