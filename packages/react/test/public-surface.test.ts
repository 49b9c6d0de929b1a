// @vitest-environment node
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const sources = new URL('../src/', import.meta.url);
const files = readdirSync(sources, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => ({ name: name.replaceAll('\\', '/'), text: readFileSync(new URL(name, sources), 'utf8') }));
/** For Server Components, which look at their children as well. */
const ON_BOTH_SIDES = ['component/variation.ts'];

it('is these names', async () => {
  expect(Object.keys(await import('../src/index.ts')).sort()).toEqual([
    'ConvertProvider',
    'Exposure',
    'useConsent',
    'useExperience',
    'useFeature',
    'useTrackConversion',
    'useVisitor',
  ]);
  expect(Object.keys(await import('../src/client.ts'))).toEqual(['ConvertClientProvider']);
  expect(Object.keys(await import('../src/navigation.ts'))).toEqual(['ConvertPage']);
});

it.each(['index.ts', 'index.server.ts'])('of the components, in %s, is these names', async (entry) => {
  expect(Object.keys(await import(`../src/component/${entry}`)).sort()).toEqual(['Experience', 'Variation']);
});

it('of the preview is this name', async () => {
  expect(Object.keys(await import('../src/preview-badge.tsx'))).toEqual(['PreviewBadge']);
});

it('every file that runs React code on the client says "use client", and the entries do not', () => {
  const importing = files
    .filter(({ text }) => /^import (\{[^}]*\}|\* as React) from 'react'/m.test(text))
    .map(({ name }) => name)
    .filter((name) => !ON_BOTH_SIDES.includes(name));
  const client = files.filter(({ text }) => text.startsWith("'use client';")).map(({ name }) => name);
  expect(client).toEqual(expect.arrayContaining(importing));
  expect(client).not.toEqual(expect.arrayContaining([expect.stringMatching(/index\.|variation|on-server/)]));
  for (const entry of ['client.ts', 'navigation.ts']) expect(client).not.toContain(entry);
});

it('knows core only through what it shares with the server, and no other package', () => {
  const shared = ['@convert-fullstack/core/bridge', '@convert-fullstack/core/register', 'react'];
  const importedIn = (isAsked: (name: string) => boolean) => {
    const texts = files.filter(({ name }) => isAsked(name)).map(({ text }) => text);
    const imported = texts.flatMap((text) =>
      [...text.matchAll(/^(?:import|}).* from '([^.'][^']*)'/gm)].map(([, name]) => name),
    );
    return [...new Set(imported)].sort();
  };
  expect(importedIn((name) => !/^(client|navigation)/.test(name))).toEqual(shared);
  // What these may is their own: fetching, and for one of them the engine.
  expect(importedIn(() => true)).toEqual(['@convert-fullstack/core', ...shared, 'swr']);
});
