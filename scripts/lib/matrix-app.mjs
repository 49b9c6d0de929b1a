import { cp, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './toolchain.mjs';

const TEMPLATE = join(ROOT, 'e2e/matrix/template');
const OWN_VERSIONS = { typescript: '5.9.3', '@types/node': '20.19.43' };

/** Writes the application of one row: its files, and a package.json that asks for exactly its versions and the tarballs. */
export async function writeApp(folder, { layers, versions }, tarballs) {
  for (const layer of ['base', ...layers]) await cp(join(TEMPLATE, layer), folder, { recursive: true });
  const dependencies = { ...(await packedIn(tarballs)), ...OWN_VERSIONS, ...versions };
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
}

async function packedIn(tarballs) {
  const names = ['core', 'server', 'next', 'react'];
  const files = await readdir(tarballs);
  const entries = names.map((name) => {
    const file = files.find((one) => one.startsWith(`convert-fullstack-${name}-`));
    return [`@convert-fullstack/${name}`, `file:${join(tarballs, file)}`];
  });
  return Object.fromEntries(entries);
}
