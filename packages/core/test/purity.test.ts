/// <reference types="node" />
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const root = new URL('../src/', import.meta.url);
const files = readdirSync(root, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith('.ts'));
const sources = new Map(files.map((file) => [file, readFileSync(new URL(file, root), 'utf8')]));

/** Modules that a source imports, types included. */
function imports(source: string): string[] {
  return [...source.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"]([^'"]+)['"]/g)].map(([, name]) => name ?? '');
}

describe('the sources', () => {
  it('import their own files and the hash, nothing else: no framework, no Node', () => {
    expect(files.length).toBeGreaterThan(20);
    const foreign = [...sources].flatMap(([file, source]) =>
      imports(source)
        .filter((name) => !name.startsWith('.'))
        .map((name) => `${file}: ${name}`),
    );
    expect(foreign).toEqual(['decide/hash.ts: murmurhash-js']);
    expect(Object.keys(manifest.dependencies)).toEqual(['murmurhash-js']);
  });

  it('import by real file names, and nothing from outside', () => {
    for (const [file, source] of sources) {
      for (const name of imports(source).filter((found) => found.startsWith('.'))) {
        expect(files, `${file} imports ${name}`).toContain(
          new URL(name, new URL(file, root)).href.slice(root.href.length),
        );
      }
    }
  });

  it('keep nothing changeable at module level', () => {
    const loose = [...sources].flatMap(([file, source]) =>
      [...source.matchAll(/^(?:export )?(?:let|var) .*/gm)].map(([line]) => `${file}: ${line}`),
    );
    expect(loose).toEqual([]);
  });

  it('decide without time, chance, network or environment', () => {
    for (const [file, source] of sources) {
      if (!file.startsWith('decide/')) continue;
      expect(source, file).not.toMatch(/Date\.|Math\.random|fetch\(|setTimeout|globalThis|process\b|console\b/);
    }
  });
});

it('the check of imports finds every form', () => {
  const source = `import a from 'react'; import 'node:fs'; export { b } from "next"; await import('vue'); import type { C } from './c.ts';`;
  expect(imports(source)).toEqual(['react', 'node:fs', 'next', 'vue', './c.ts']);
});
