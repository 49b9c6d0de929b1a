import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** What Next.js has stored of cached functions and `fetch`, as text: entries, and the bodies in them. */
export async function dataStoredBy(app: 'fixture-app'): Promise<string[]> {
  const folder = fileURLToPath(new URL(`../${app}/.next/cache/fetch-cache/`, import.meta.url));
  const names = await readdir(folder).catch(() => []);
  const entries = await Promise.all(names.map((name) => readFile(folder + name, 'utf8')));
  // An answer is in its entry as base64.
  return entries.flatMap((entry) => [entry, ...(/"body":"([^"]*)"/.exec(entry) ?? []).slice(1).map(decoded)]);
}

const decoded = (body: string) => Buffer.from(body, 'base64').toString();
