import { cp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EMULATOR } from './addresses.ts';
import { type RunningApp, runNext } from './servers.ts';

const FIXTURE = fileURLToPath(new URL('../fixture-app', import.meta.url));
const SOURCES = ['app', 'convert.ts', 'next.config.ts', 'package.json', 'proxy.ts', 'tsconfig.json'];

export interface EditableApp extends RunningApp {
  /** Changes what the fixture app has there; earlier edits of the file are gone. */
  edit(path: string, change: (source: string) => string): Promise<void>;
}

/**
 * `next dev` for a copy of the fixture app; stopping removes the copy. The folder has to be inside the repository: Next.js
 * reads nothing outside. Without StrictMode, so that an effect that runs again can only come from an edit.
 */
export async function startEditableApp(folder: string): Promise<EditableApp> {
  for (const source of SOURCES) await cp(join(FIXTURE, source), join(folder, source), { recursive: true });
  await symlink(join(FIXTURE, 'node_modules'), join(folder, 'node_modules'));

  async function edit(path: string, change: (source: string) => string): Promise<void> {
    await writeFile(join(folder, path), change(await readFile(join(FIXTURE, path), 'utf8')));
  }

  await edit('tsconfig.json', (source) => source.replace('../..', relative(folder, dirname(dirname(FIXTURE)))));
  await edit('next.config.ts', (source) => source.replace('reactStrictMode: true', 'reactStrictMode: false'));
  const app = await runNext('dev', folder, {
    CONVERT_SDK_KEY: 'e2e',
    CONVERT_CONFIG_URL: `${EMULATOR}/api/v1`,
    CONVERT_TRACK_URL: `${EMULATOR}/v1`,
  });
  return {
    ...app,
    edit,
    async stop() {
      const hasEnded = await app.stop();
      await rm(folder, { recursive: true });
      return hasEnded;
    },
  };
}
