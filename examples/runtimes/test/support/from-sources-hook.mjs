import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { transform } from 'esbuild';

const ENTRIES = { 'core/bridge': 'core/src/bridge/index.ts', 'core/register': 'core/src/bridge/register.ts' };
const PACKAGES = new URL('../../../../packages/', import.meta.url);
const EXAMPLES = new URL('../../', import.meta.url).href;

/** What to change in an example, `[from, to]`: to see what comes of it. */
const [from, to] = JSON.parse(process.env.CHANGED ?? '["", ""]');

export async function resolve(specifier, context, nextResolve) {
  const [, name] = /^@convert-fullstack\/(.+)$/.exec(specifier) ?? [];
  if (name === undefined) return nextResolve(specifier, context);
  return { url: new URL(ENTRIES[name] ?? `${name}/src/index.ts`, PACKAGES).href, shortCircuit: true };
}

export async function load(url, context, nextLoad) {
  const isTypeScript = url.endsWith('.ts');
  const isExample = url.startsWith(EXAMPLES) && !url.includes('/', EXAMPLES.length);
  if (!isTypeScript && !isExample) return nextLoad(url, context);
  const source = await readFile(new URL(url), 'utf8');
  const { code } = await transform(
    source.replace(from, () => to),
    { loader: 'ts', format: 'esm' },
  );
  return { format: 'module', source: code, shortCircuit: true };
}
