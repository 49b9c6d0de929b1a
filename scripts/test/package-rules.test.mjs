import { describe, expect, it } from 'vitest';
import { importsOf, problemsOf } from '../lib/package-rules.mjs';
import { changedNames } from '../lib/public-names.mjs';

const RULES = {
  mayImport: { default: ['react', '@convert-fullstack/core/bridge'], './client': ['react', '@convert-fullstack/core'] },
};
const MANIFEST = {
  name: '@convert-fullstack/sample',
  license: 'Apache-2.0',
  engines: { node: '>=20.19' },
  exports: {
    '.': { types: './dist/index.d.ts', default: './dist/index.js' },
    './client': { types: './dist/client.d.ts', default: './dist/client.js' },
    './package.json': './package.json',
  },
  dependencies: { '@convert-fullstack/core': '^0.1.0' },
  peerDependencies: { react: '>=19' },
};
const FILES = {
  'package.json': JSON.stringify(MANIFEST),
  'README.md': '',
  LICENSE: '',
  'dist/index.js': "export { useThing } from './thing.js';",
  'dist/index.d.ts': "export { useThing } from './thing.ts';",
  'dist/thing.js': "'use client';\nimport { useState } from 'react';\nimport '@convert-fullstack/core/bridge';",
  'dist/thing.d.ts': 'export declare function useThing(): void;',
  'dist/client.js': "import { Core } from '@convert-fullstack/core';\nexport const core = new Core({});",
  'dist/client.d.ts': 'export declare const core: unknown;',
};
const SOURCES = {
  'src/index.ts': '',
  'src/thing.tsx': "'use client';",
  'src/client.ts': '',
};

/** The problems of a package that is fine, apart from what a test changes. */
function check(files = {}, sources = {}) {
  return problemsOf(
    new Map(Object.entries({ ...FILES, ...files })),
    RULES,
    new Map(Object.entries({ ...SOURCES, ...sources })),
  );
}

const manifest = (changes) => ({ 'package.json': JSON.stringify({ ...MANIFEST, ...changes }) });

describe('a packed package', () => {
  it('is fine with its manifest, README, LICENSE and built files', () => {
    expect(check()).toEqual([]);
  });

  it('does not carry tests, sources or tool settings', () => {
    const problems = check(
      { 'src/index.ts': '', 'dist/index.test.js': '', 'dist/tsconfig.json': '', '.env': '' },
      { 'src/index.test.ts': '' },
    );
    expect(problems).toHaveLength(4);
    for (const problem of problems) expect(problem).toMatch(/does not belong in the tarball$/);
  });

  it('does not carry what a deleted source left behind', () => {
    expect(check({ 'dist/gone.js': '' })).toEqual([expect.stringContaining('dist/gone.js has no source')]);
  });

  it('has a README', () => {
    const files = new Map(Object.entries(FILES));
    files.delete('README.md');
    expect(problemsOf(files, RULES, new Map(Object.entries(SOURCES)))).toEqual(['README.md is missing']);
  });

  it('asks for no version that exists only in the workspace', () => {
    const problems = check(manifest({ dependencies: { '@convert-fullstack/core': 'workspace:^' } }));
    expect(problems).toEqual([expect.stringContaining('@convert-fullstack/core@workspace:^')]);
  });

  it('lists what it imports, and imports what it lists', () => {
    const dependencies = { ...MANIFEST.dependencies, lodash: '4' };
    const problems = check({
      ...manifest({ dependencies, peerDependencies: {} }),
      'dist/thing.js': FILES['dist/thing.js'],
    });
    expect(problems).toEqual([
      'dist/thing.js imports react, which package.json does not list',
      'package.json lists lodash, which nothing imports',
    ]);
  });

  it('keeps to the imports of its entry, in every file the entry reaches', () => {
    const problems = check({ 'dist/thing.js': "'use client';\nimport 'node:fs';\nimport('@convert-fullstack/core');" });
    expect(problems).toContain('dist/thing.js imports node:fs, which "." may not');
    expect(problems).toContain('dist/thing.js imports @convert-fullstack/core, which "." may not');
  });

  it('keeps to the imports of its entry in declarations, too', () => {
    const problems = check({ 'dist/thing.d.ts': "import type { Core } from '@convert-fullstack/core';" });
    expect(problems).toEqual(['dist/thing.d.ts imports @convert-fullstack/core, which "." may not']);
  });

  it("keeps every 'use client' of its sources", () => {
    const problems = check({ 'dist/thing.js': 'export function useThing() {}' });
    expect(problems).toContain("dist/thing.js has lost its 'use client'");
  });

  it("puts a 'use client' between a Server Component and client React", () => {
    const hooks = "import { useState } from 'react';";
    const problems = check({ 'dist/client.js': `${FILES['dist/client.js']}\n${hooks}` });
    expect(problems).toEqual([expect.stringContaining('dist/client.js uses client React')]);
  });
});

it('finds static, dynamic and re-exported imports, and not those in texts and comments', () => {
  const source = `import a from 'a'; export * from 'b'; const c = import('c'); import 'd';
    // import 'no'
    const text = "import 'no'";`;
  expect(importsOf(source).sort()).toEqual(['a', 'b', 'c', 'd']);
});

it('names what was added to and taken from the exported names', () => {
  const before = { core: { '.': ['Core', 'Old'] } };
  const after = { core: { '.': ['Core'], './bridge': ['type New'] } };
  expect(changedNames(before, after)).toEqual(['+ core "./bridge" type New', '- core "." Old']);
  expect(changedNames(after, after)).toEqual([]);
});
