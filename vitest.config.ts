import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vitest/config';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Vite parses JSON with a stricter parser than JavaScript's: it refuses the lone surrogates that the vectors contain.
const vectors: Plugin = {
  name: 'conformance-vectors',
  enforce: 'pre',
  async resolveId(source, importer) {
    if (!source.startsWith('.') || !source.endsWith('.json') || !importer?.includes('/conformance/')) return null;
    const file = await this.resolve(source, importer, { skipSelf: true });
    return file && `${file.id}.js`;
  },
  async load(id) {
    if (!id.endsWith('.json.js')) return null;
    const json = await readFile(id.slice(0, -'.js'.length), 'utf8');
    return `export default JSON.parse(${JSON.stringify(json)});`;
  },
};

export default defineConfig({
  plugins: [vectors],
  resolve: {
    // Sources, not `dist`: a test sees an edit without a build, and a stack trace points at the line that was written.
    alias: [
      { find: /^@convert-fullstack\/([^/]+)$/, replacement: at('packages/$1/src/index.ts') },
      { find: /^@convert-fullstack\/core\/bridge$/, replacement: at('packages/core/src/bridge/index.ts') },
      { find: /^@convert-fullstack\/core\/register$/, replacement: at('packages/core/src/bridge/register.ts') },
      { find: /^@convert-fullstack\/([^/]+)\/(.+)$/, replacement: at('packages/$1/src/$2') },
      // Outside a React Server Components bundle this package throws; Next.js itself ships the empty counterpart.
      { find: 'server-only', replacement: at('packages/next/node_modules/next/dist/compiled/server-only/empty.js') },
    ],
  },
  test: {
    // By default one core is left idle, and each file gets a process, which takes longer to start than a thread.
    maxWorkers: '100%',
    pool: 'threads',
    // Generous: what hangs is found all the same, and a busy machine fails no build.
    testTimeout: 30_000,
    reporters: ['default', ['json', { outputFile: at('test-results/unit.json') }]],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // Imports parts of Next.js as bundlers find them, and Node.js does not.
          server: { deps: { inline: ['next-intl'] } },
          include: [
            'packages/!(react)/test/**/*.test.{ts,tsx}',
            '{scripts,e2e}/test/**/*.test.{mjs,ts}',
            'examples/{core-recipes,web-server}/*.test.{ts,mjs}',
            'examples/runtimes/test/*.test.ts',
          ],
        },
      },
      {
        extends: true,
        test: { name: 'react', environment: 'jsdom', include: ['packages/react/test/**/*.test.{ts,tsx}'] },
      },
      {
        extends: true,
        resolve: {
          alias: [
            {
              find: /^(react|react-dom|swr|@testing-library\/react)(\/.*)?$/,
              replacement: at('packages/react/react-18/node_modules/$1$2'),
            },
          ],
        },
        test: {
          name: 'react-18',
          environment: 'jsdom',
          include: ['packages/react/test/**/*.test.{ts,tsx}'],
        },
      },
      {
        extends: true,
        test: { name: 'core', include: ['packages/core/conformance/**/*.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'core-edge',
          environment: 'edge-runtime',
          include: ['packages/core/conformance/**/*.test.ts'],
        },
      },
    ],
  },
});
