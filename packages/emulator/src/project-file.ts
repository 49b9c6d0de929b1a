import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { EmulatorError } from './errors.ts';

export const sampleProjectPath: string = fileURLToPath(new URL('../projects/sample-project.json', import.meta.url));

/** The JSON of a project config file; throws an EmulatorError when there is none. */
export async function readProjectFile(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EmulatorError('project_invalid', `Cannot read the project config "${path}": ${reason}.`, { cause });
  });
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EmulatorError('project_invalid', `The project config "${path}" is not JSON: ${reason}.`, { cause });
  }
}
