import { readFile } from 'node:fs/promises';

const limits = JSON.parse(await readFile(new URL('size-limits.json', import.meta.url), 'utf8'));

// As in an application's bundle: a script on its own would bring a `require` along, and copy `react` to import it whole.
const modifyEsbuildConfig = (config) => ({ ...config, format: 'esm' });

export default limits.map((limit) => (limit.ignore?.includes('react') ? { ...limit, modifyEsbuildConfig } : limit));
