import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, type Page, test } from '@playwright/test';
import { build } from 'esbuild';
import type { ConformanceReport } from '../support/conformance-in-page.ts';

const FILES = ['hash', 'bucketing', 'rules', 'experiences', 'features', 'segments', 'tracking', 'preview'];
const DATA = new URL('../../packages/core/conformance/data/', import.meta.url);

let page: Page;
test.beforeAll(async ({ browser }) => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../support/conformance-in-page.ts', import.meta.url))],
    bundle: true,
    format: 'iife',
    write: false,
  });
  page = await browser.newPage();
  await page.addScriptTag({ content: outputFiles[0]?.text ?? '' });
});

test.afterAll(() => page.close());

for (const name of FILES) {
  test(`the engine answers every vector of ${name}.json in the browser as it must`, async () => {
    const text = readFileSync(new URL(`${name}.json`, DATA), 'utf8');
    const report = await page.evaluate(
      ([file = '', json = '']): Promise<ConformanceReport> => window.runConformance(file, json),
      [name, text],
    );
    expect(report.failures).toEqual([]);
    const { vectors, differing } = report;
    expect({ vectors, differing }).toEqual(JSON.parse(text).counts);
    expect(vectors).toBeGreaterThan(0);
  });
}

test('a wrong answer in the browser is noticed', async () => {
  const file = JSON.parse(readFileSync(new URL('hash.json', DATA), 'utf8'));
  file.vectors = file.vectors.slice(0, 3);
  file.vectors[1].expected += 1;
  const report = await page.evaluate((json) => window.runConformance('hash', json), JSON.stringify(file));
  expect(report.failures).toEqual([expect.stringContaining(file.vectors[1].id)]);
});
