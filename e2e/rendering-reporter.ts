import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter';
import { type RenderingFact, renderingTable } from './support/rendering-table.ts';

const DOCUMENT = fileURLToPath(new URL('../docs/rendering.md', import.meta.url));
const TABLE = /(?<=<!-- Written by e2e\/specs\/rendering\.spec\.ts -->\n\n).*?(?=<!-- Until here -->)/s;

/**
 * Writes into docs/rendering.md what the tests have seen, and fails the run when that is not what it said; a run in which one
 * of them failed, or did not run, writes nothing.
 */
export default class RenderingReporter implements Reporter {
  readonly #document: string;
  readonly #facts: RenderingFact[] = [];
  #hasFailed = false;

  constructor({ document = DOCUMENT }: { readonly document?: string } = {}) {
    this.#document = document;
  }

  onTestEnd(test: TestCase, { status, annotations }: TestResult): void {
    if (!test.location.file.endsWith('/rendering.spec.ts')) return;
    if (status !== 'passed') this.#hasFailed = true;
    for (const { type, description = '' } of annotations) {
      if (type === 'rendering') this.#facts.push(JSON.parse(description));
    }
  }

  async onEnd(): Promise<{ readonly status: 'failed' } | undefined> {
    const table = this.#hasFailed ? null : renderingTable(this.#facts);
    if (table === null) return undefined;
    const before = readFileSync(this.#document, 'utf8');
    if (!TABLE.test(before)) throw new Error('docs/rendering.md has no place for the table.');
    const after = before.replace(TABLE, () => `${table}\n`);
    if (after === before) return undefined;
    writeFileSync(this.#document, after);
    console.error('docs/rendering.md did not say what this run has seen. It does now: commit it.');
    return { status: 'failed' };
  }
}
