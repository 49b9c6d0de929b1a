import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

/** Neither Next.js nor turbo reports home from here, and nothing waits for an answer that nobody can give. */
export const QUIET = {
  CI: process.env.CI ?? 'true',
  NEXT_TELEMETRY_DISABLED: '1',
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
};

/** The pnpm that the lockfile was written with, through npm's own npx: nothing else has to be installed. */
export function pnpm(...args) {
  return ['npx', ['--yes', manifest.packageManager, ...args]];
}

export function turbo(...args) {
  // Through pnpm, because turbo looks for it on the PATH.
  return pnpm('exec', 'turbo', ...args);
}

/** `null`, or what to tell somebody whose Node.js is too old. */
export function nodeTooOld(version = process.versions.node, range = manifest.engines.node) {
  const wanted = range.replace(/^>=/, '').split('.').map(Number);
  const actual = version.split('.').map(Number);
  const isEnough = actual[0] > wanted[0] || (actual[0] === wanted[0] && actual[1] >= wanted[1]);
  if (isEnough) return null;
  return `This project needs Node.js ${wanted.join('.')} or newer, and this is ${version}. Get one from https://nodejs.org/.`;
}
