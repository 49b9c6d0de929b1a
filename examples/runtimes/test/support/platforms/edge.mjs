import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { EdgeVM } from '@edge-runtime/vm';
import { build } from 'esbuild';
import { callByLine } from './call-by-line.mjs';

const file = new URL('../../../edge.mjs', import.meta.url);
const core = new URL('../../../../../packages/core/src/index.ts', import.meta.url);
const [from, to] = JSON.parse(process.env.CHANGED);

// One script with everything in it, as such platforms are given it.
const { outputFiles } = await build({
  stdin: {
    contents: (await readFile(file, 'utf8')).replace(from, () => to),
    resolveDir: fileURLToPath(new URL('.', file)),
  },
  bundle: true,
  format: 'iife',
  globalName: 'worker',
  platform: 'neutral',
  mainFields: ['main'],
  alias: { '@convert-fullstack/core': fileURLToPath(core) },
  write: false,
});
const runtime = new EdgeVM();
runtime.evaluate(outputFiles[0].text);
const worker = runtime.evaluate('worker.default');

await callByLine(async (order, waitUntil) => {
  const { Request } = runtime.context;
  const request = new Request('https://shop.example/orders', { method: 'POST', body: JSON.stringify(order) });
  const response = await worker.fetch(request, process.env, { waitUntil });
  return { status: response.status, body: await response.json() };
});
