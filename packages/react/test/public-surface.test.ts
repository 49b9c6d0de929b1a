// @vitest-environment node
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const sources = new URL('../src/', import.meta.url);
const files = readdirSync(sources).map((name) => ({ name, text: readFileSync(new URL(name, sources), 'utf8') }));

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
});

it('every file that runs React code on the client says "use client", and the entry does not', () => {
  const importing = files.filter(({ text }) => /^import \{[^}]*\} from 'react'/m.test(text)).map(({ name }) => name);
  const client = files.filter(({ text }) => text.startsWith("'use client';")).map(({ name }) => name);
  expect(client).toEqual(expect.arrayContaining(importing));
  expect(client).not.toContain('index.ts');
});

it('knows core only through what it shares with the server, and no other package', () => {
  const imported = files.flatMap(({ text }) =>
    [...text.matchAll(/^(?:import|}).* from '([^.'][^']*)'/gm)].map(([, name]) => name),
  );
  expect([...new Set(imported)].sort()).toEqual([
    '@convert-fullstack/core/bridge',
    '@convert-fullstack/core/register',
    'react',
  ]);
});
