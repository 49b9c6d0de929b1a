import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestCase, TestResult } from '@playwright/test/reporter';
import { describe, expect, it, vi } from 'vitest';
import RenderingReporter from '../rendering-reporter.ts';
import { RENDERING_MODES } from '../support/rendering-modes.ts';
import { type RenderingFact, renderingTable } from '../support/rendering-table.ts';

const COLUMNS = ['first HTML', 'flicker', 'hydration', 'counted', 'without JavaScript'] as const;
const everything: RenderingFact[] = RENDERING_MODES.flatMap(({ name }) =>
  COLUMNS.map((column) => ({ mode: name, column, seen: `${column} seen` })),
);

describe('the table of rendering modes', () => {
  it('has a row for each mode, with what was seen of it', () => {
    const lines = renderingTable(everything)?.trimEnd().split('\n') ?? [];
    expect(lines).toHaveLength(RENDERING_MODES.length + 2);
    expect(lines[0]).toBe(`| mode | guarantee | ${COLUMNS.join(' | ')} |`);
    expect(lines[2]).toContain('| first HTML seen | flicker seen |');
  });

  it('says what two tests saw differently', () => {
    const [first] = everything;
    const other = { ...first, seen: 'another' } as RenderingFact;
    expect(renderingTable([...everything, other])).toContain('| another or first HTML seen |');
  });

  it('is not there when one fact is missing', () => {
    for (const missing of everything) {
      expect(renderingTable(everything.filter((fact) => fact !== missing))).toBeNull();
    }
  });
});

describe('a run of the tests', () => {
  const page = (table: string) =>
    `Before\n<!-- Written by e2e/specs/rendering.spec.ts -->\n\n${table}\n<!-- Until here -->\nAfter`;

  /** What a run makes of a page that says this. */
  async function after(table: string, { status = 'passed', facts = everything } = {}) {
    const document = join(mkdtempSync(join(tmpdir(), 'rendering-')), 'rendering.md');
    writeFileSync(document, page(table));
    const reporter = new RenderingReporter({ document });
    const annotations = facts.map((fact) => ({ type: 'rendering', description: JSON.stringify(fact) }));
    // Only what a reporter of facts reads.
    const test = { location: { file: '/e2e/specs/rendering.spec.ts' } } as TestCase;
    reporter.onTestEnd(test, { status, annotations } as TestResult);
    return { outcome: await reporter.onEnd(), text: readFileSync(document, 'utf8') };
  }
  const seen = renderingTable(everything) ?? '';

  it('that has seen what the page says leaves it', async () => {
    expect(await after(seen)).toEqual({ outcome: undefined, text: page(seen) });
  });

  it('that has seen something else says so in the page, and fails', async () => {
    const complaint = vi.spyOn(console, 'error').mockImplementation(() => {});
    expect(await after('| old |\n')).toEqual({ outcome: { status: 'failed' }, text: page(seen) });
    expect(complaint).toHaveBeenCalledOnce();
    complaint.mockRestore();
  });

  it('that has failed, or was about something else, leaves it', async () => {
    for (const run of [{ status: 'failed' }, { facts: everything.slice(1) }]) {
      expect(await after('| old |\n', run)).toEqual({ outcome: undefined, text: page('| old |\n') });
    }
  });

  it('has been the last word on every mode', () => {
    const text = readFileSync(new URL('../../docs/rendering.md', import.meta.url), 'utf8');
    for (const { name, guarantee } of RENDERING_MODES) expect(text).toContain(`| ${name} | ${guarantee} |`);
  });
});
