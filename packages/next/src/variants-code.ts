import type { Decision } from './visit-header.ts';

const NO_VARIATION = 'original';
const UNSAFE = /[^A-Za-z0-9]/g;
const PAIR = /^([A-Za-z0-9~]+)_([A-Za-z0-9~]+)$/;

/**
 * One segment of a path that names variations by their ids: the same for the same variations, whatever their order and
 * whenever it is made.
 */
export function codeOf(decisions: readonly Decision[]): string {
  const pairs = decisions.map(([experienceId, variationId]) => `${escapeId(experienceId)}_${escapeId(variationId)}`);
  return pairs.sort().join('-') || NO_VARIATION;
}

/** The variations that a code names; `null` for what `codeOf` does not return. */
export function decisionsIn(code: string): Decision[] | null {
  if (code === NO_VARIATION) return [];
  const decisions: Decision[] = [];
  for (const pair of code.split('-')) {
    const [, experienceId, variationId] = PAIR.exec(pair) ?? [];
    if (experienceId === undefined || variationId === undefined) return null;
    decisions.push([unescapeId(experienceId), unescapeId(variationId)]);
  }
  return codeOf(decisions) === code ? decisions : null;
}

// Convert's ids are digits. Whatever else a config has must neither end the segment nor be changed on its way.
function escapeId(id: string): string {
  if (id.search(UNSAFE) === -1) return id;
  return id.replace(UNSAFE, (character) => `~${character.charCodeAt(0).toString(36)}~`);
}

function unescapeId(text: string): string {
  return text.replace(/~([0-9a-z]{1,4})~/g, (_match, code: string) => String.fromCharCode(Number.parseInt(code, 36)));
}
