import { readFileSync } from 'node:fs';
import type { Json } from './project.ts';

const file = new URL('../../../emulator/projects/sample-project.json', import.meta.url);

/** The sample project that the emulator serves, as a fresh object. */
export const sampleProject = (): Json => JSON.parse(readFileSync(file, 'utf8'));
