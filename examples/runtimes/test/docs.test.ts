import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const DOCS = new URL('../../../docs/', import.meta.url);
const EXAMPLES = new URL('../', import.meta.url);

const read = (file: string, folder: URL) => readFileSync(new URL(file, folder), 'utf8');
const docs = read('runtimes.md', DOCS);

const rows = [...docs.matchAll(/^\| \[(.+?)\]\((.+?)\) \|.*\| \[test\]\((.+?)\) \|$/gm)].map(
  ([, runtime = '', example = '', test = '']) => ({ runtime, example, test }),
);
const linked = [...docs.matchAll(/\]\(([^)#]+)\)/g)].flatMap(([, link = '']) => (/^https?:/.test(link) ? [] : [link]));

/** The code that the docs show for a runtime, line by line. */
function codeOf(runtime: string): string[] {
  const section = docs.split(/^## /m).find((text) => text.startsWith(`${runtime}\n`)) ?? '';
  return [...section.matchAll(/```js\n(.*?)```/gs)].flatMap(([, code = '']) => code.trim().split('\n'));
}

const tests = readdirSync(new URL('test/', EXAMPLES))
  .filter((file) => file.endsWith('.test.ts') && file !== 'docs.test.ts')
  .map((file) => read(`test/${file}`, EXAMPLES));
const namesTested = [...tests, read('../e2e/specs/edge-runtime.spec.ts', DOCS)]
  .flatMap((test) => [...test.matchAll(/^(?:describe\.concurrent|test\.describe)\('(.+?)'/gm)])
  .map(([, name]) => name);

describe('docs/runtimes.md', () => {
  it('has a row for every runtime that is tested, and no other', () => {
    expect(rows.map(({ runtime }) => runtime).sort()).toEqual(namesTested.sort());
  });

  it.each(rows)('$runtime: its example exists, and its test names it', ({ runtime, example, test }) => {
    expect(existsSync(new URL(example, DOCS))).toBe(true);
    expect(read(test, DOCS)).toMatch(new RegExp(`describe(\\.concurrent)?\\('${runtime}'`));
  });

  it.each(rows)('$runtime: the code that is shown is the code that is tested', ({ runtime, example }) => {
    const files = [example, ...(runtime === 'Worker' ? ['../examples/runtimes/worker-thread.mjs'] : [])];
    const lines = files.flatMap((file) => read(file, DOCS).split('\n')).map((line) => line.trim());
    expect(docs).toContain(`\n## ${runtime}\n`);
    for (const line of codeOf(runtime)) expect(lines).toContain(line.trim());
  });

  it('mentions every example, and links to nothing that does not exist', () => {
    const examples = readdirSync(EXAMPLES).filter((file) => file.endsWith('.mjs'));
    for (const file of examples) expect(linked).toContain(`../examples/runtimes/${file}`);
    expect(linked.filter((link) => !existsSync(new URL(link, DOCS)))).toEqual([]);
  });
});
