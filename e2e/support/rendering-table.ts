import { RENDERING_MODES } from './rendering-modes.ts';

const COLUMNS = ['first HTML', 'flicker', 'hydration', 'counted', 'without JavaScript'] as const;

/** What a test has seen of one rendering mode. */
export interface RenderingFact {
  readonly mode: string;
  readonly column: (typeof COLUMNS)[number];
  readonly seen: string;
}

/** As Markdown; `null` while something has not been seen of every mode. */
export function renderingTable(facts: readonly RenderingFact[]): string | null {
  const header = ['mode', 'guarantee', ...COLUMNS];
  const rows = [header, header.map(() => '---')];
  for (const { name, guarantee } of RENDERING_MODES) {
    const cells = COLUMNS.map((column) => {
      const seen = facts.filter((fact) => fact.mode === name && fact.column === column).map((fact) => fact.seen);
      return [...new Set(seen)].sort().join(' or ');
    });
    if (cells.includes('')) return null;
    rows.push([name, guarantee, ...cells]);
  }
  return rows.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}
