// Runs one recipe, also with a Node.js that cannot run TypeScript by itself: `pnpm start 3-experience-evaluation`.
import { readdirSync } from 'node:fs';
import { register } from 'node:module';
import process from 'node:process';

register('./typescript-hook.mjs', import.meta.url);

const recipes = readdirSync(import.meta.dirname)
  .filter((file) => /^\d+-.*\.ts$/.test(file))
  .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
const [wanted = ''] = process.argv.slice(2);
const recipe = recipes.find((file) => file === `${wanted}.ts` || file.startsWith(`${wanted}-`));

if (recipe === undefined) {
  console.error(['Which recipe?', ...recipes.map((file) => file.replace('.ts', ''))].join('\n  '));
  process.exitCode = 1;
} else {
  // Without a key of yours, a server on this machine answers instead of Convert.
  if (process.env.CONVERT_SDK_KEY === undefined) {
    const { startLocalConvert } = await import('./local-convert.ts');
    const { configUrl } = await startLocalConvert();
    Object.assign(process.env, { CONVERT_SDK_KEY: 'local', CONVERT_CONFIG_URL: configUrl });
  }
  await import(`./${recipe}`);
}
