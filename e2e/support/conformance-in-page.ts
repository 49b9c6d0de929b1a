import { outcome, revive, type Vector, type VectorFile } from '../../packages/core/conformance/outcome.ts';
import { chosenAnswer } from '../../packages/core/conformance/own-choices.ts';

/** What running one vector file in the page came to. */
export interface ConformanceReport {
  readonly vectors: number;
  readonly differing: number;
  /** Ids, with what was expected and what came out. */
  readonly failures: readonly string[];
}

declare global {
  interface Window {
    /** `text`: the file as it is on disk; lone surrogates survive only in there. */
    runConformance(name: string, text: string): Promise<ConformanceReport>;
  }
}

window.runConformance = async (name, text) => {
  const file: VectorFile = JSON.parse(text);
  const failures: string[] = [];
  const check = async (vector: Vector, expected: unknown) => {
    const [wanted, got] = [canonical(revive(expected)), canonical(await answer(name, vector, file))];
    if (wanted !== got) failures.push(`${vector.id}: expected ${wanted}, got ${got}`);
  };
  for (const vector of file.vectors) await check(vector, vector.expected);
  for (const vector of file.differing) await check(vector, chosenAnswer(vector));
  return { vectors: file.vectors.length, differing: file.differing.length, failures };
};

async function answer(name: string, vector: Vector, { configs }: VectorFile): Promise<unknown> {
  try {
    return await outcome(name, vector, configs);
  } catch (error) {
    return `threw ${error}`;
  }
}

/** One text for equal values: members in order, absent ones left out, numbers that JSON does not have kept. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical)}]`;
  if (typeof value === 'number' || value === undefined) return String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`)}}`;
}
