import { describe, expect, it } from 'vitest';
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
