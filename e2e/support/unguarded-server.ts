import { cp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EMULATOR } from './addresses.ts';
import { type Guard, withoutGuard } from './guards.ts';
import { type RunningApp, runNext } from './servers.ts';

const FIXTURE = fileURLToPath(new URL('../fixture-app', import.meta.url));

/** `next start` for a copy of the built fixture app whose server does without a guard; stopping removes the copy. */
export async function startUnguardedServer(folder: string, guard: Guard): Promise<RunningApp> {
  await cp(join(FIXTURE, '.next'), join(folder, '.next'), {
    recursive: true,
    filter: (path) => !/\/\.next\/(?:cache|dev)$/.test(path),
  });
  for (const file of ['next.config.ts', 'package.json']) await cp(join(FIXTURE, file), join(folder, file));
  await symlink(join(FIXTURE, 'node_modules'), join(folder, 'node_modules'));
  await cut(join(folder, '.next/server'), guard);
  const app = await runNext('start', folder, {
    CONVERT_SDK_KEY: 'e2e',
    CONVERT_CONFIG_URL: `${EMULATOR}/api/v1`,
    CONVERT_TRACK_URL: `${EMULATOR}/v1`,
  });
  return {
    ...app,
    async stop() {
      const hasEnded = await app.stop();
      await rm(folder, { recursive: true });
      return hasEnded;
    },
  };
}

async function cut(folder: string, guard: Guard): Promise<void> {
  let isIntact = true;
  for (const name of await readdir(folder, { recursive: true })) {
    if (!name.endsWith('.js')) continue;
    const rest = withoutGuard(await readFile(join(folder, name), 'utf8'), guard);
    if (rest === null) continue;
    await writeFile(join(folder, name), rest);
    isIntact = false;
  }
  if (isIntact) throw new Error(`The server of the fixture app has no such code: ${guard}`);
}
