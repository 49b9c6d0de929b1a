/** About how many steps a match may take: some tenths of a second at worst. */
const MAX_STEPS = 2 ** 24;
const MAX_LENGTH = 4096;
/** Where a repeated group repeats something itself, steps may double with each character. */
const MAX_LENGTH_NESTED = 16;

/**
 * Longest text, in characters, that a regular expression may be tried on. Visitors choose what rules look at, and
 * JavaScript's engine backtracks: how often depends on the pattern's unbounded repetitions.
 */
export function safeLength(pattern: string): number {
  const { repetitions, isNested } = repetitionsIn(pattern);
  if (isNested) return MAX_LENGTH_NESTED;
  const degree = repetitions + (pattern.startsWith('^') ? 0 : 1);
  return Math.min(MAX_LENGTH, Math.floor(MAX_STEPS ** (1 / Math.max(1, degree))));
}

function repetitionsIn(pattern: string): { repetitions: number; isNested: boolean } {
  // Escapes and character classes stand for one character each.
  const plain = pattern.replace(/\\./g, 'x').replace(/\[[^\]]*\]/g, 'x');
  let repetitions = 0;
  let isNested = false;
  // For each open group: whether it holds something that can match in more than one way.
  const groups: boolean[] = [];
  for (let at = 0; at < plain.length; at++) {
    const character = plain[at];
    if (character === '(') groups.push(false);
    else if (character === '|') markInnermost(groups);
    else if (character === ')') {
      const isVaried = groups.pop() ?? false;
      if (isVaried && isRepeated(plain, at + 1)) isNested = true;
      if (isVaried) markInnermost(groups);
    }
    if (character !== '|' && character !== '(' && isRepeated(plain, at + 1)) {
      repetitions++;
      markInnermost(groups);
    }
  }
  return { repetitions, isNested };
}

function markInnermost(groups: boolean[]): void {
  if (groups.length > 0) groups[groups.length - 1] = true;
}

function isRepeated(plain: string, at: number): boolean {
  return plain[at] === '*' || plain[at] === '+' || /^\{\d+,\d*\}/.test(plain.slice(at, at + 12));
}
