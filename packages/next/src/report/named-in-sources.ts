import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A key as somebody wrote it. */
export interface NamedInSource {
  readonly key: string;
  readonly kind: 'experience' | 'feature' | 'goal' | 'experience or feature';
  /** `app/hero.tsx:12` */
  readonly place: string;
}

type Kind = NamedInSource['kind'];

const TEXT = /(["'`])([^"'`$\n]+)\1/g;
const ONE = `(["'\`][^"'\`$\\n]+["'\`])`;

const SPELLINGS: readonly (readonly [kind: Kind, spelling: RegExp])[] = [
  ['experience', new RegExp(`\\b(?:useExperience|experience)\\(\\s*${ONE}`, 'g')],
  ['experience', new RegExp(`<Experience\\s[^>]*?\\bof=\\{?\\s*${ONE}`, 'g')],
  ['experience', /\bexperiences:\s*\[([^\]]*)\]/g],
  ['feature', new RegExp(`\\b(?:useFeature|feature)\\(\\s*${ONE}`, 'g')],
  ['experience or feature', /\bonly:\s*\[([^\]]*)\]/g],
  ['goal', new RegExp(`\\btrackConversion\\(\\s*${ONE}`, 'g')],
];

const SOURCE = /(?<!\.d|\.test|\.spec)\.[cm]?[jt]sx?$/;
const NOT_OWN = /^(\.|node_modules$)/;

/** Keys that the sources of an application name, where they are spelled out as in the docs. */
export async function namedInSources(app: string, folder = ''): Promise<NamedInSource[]> {
  const entries = await readdir(join(app, folder), { withFileTypes: true });
  const named = await Promise.all(
    entries.map(async (entry) => {
      if (NOT_OWN.test(entry.name)) return [];
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) return namedInSources(app, path);
      return SOURCE.test(entry.name) ? namedIn(await readFile(join(app, path), 'utf8'), path) : [];
    }),
  );
  return named.flat();
}

function namedIn(source: string, path: string): NamedInSource[] {
  return SPELLINGS.flatMap(([kind, spelling]) =>
    [...source.matchAll(spelling)].flatMap(({ 1: texts = '', index }) => {
      const line = source.slice(0, index).split('\n').length;
      return [...texts.matchAll(TEXT)].map(([, , key = '']) => ({ key, kind, place: `${path}:${line}` }));
    }),
  );
}
