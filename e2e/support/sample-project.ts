import { readFileSync } from 'node:fs';

const file = new URL('../../packages/emulator/projects/sample-project.json', import.meta.url);

/** The project that the emulator serves. */
export const sampleProject: unknown = JSON.parse(readFileSync(file, 'utf8'));
