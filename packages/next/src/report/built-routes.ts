import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';

/** A route of a built application, and the JavaScript that was made for it. */
export interface BuiltRoute {
  /** As `next build` prints it: `/products/[slug]`. */
  readonly route: string;
  /** Not a route handler, which hands no payload to anybody. */
  readonly isPage: boolean;
  /** Absolute paths. Client Components are among them: servers render them too. */
  readonly files: readonly string[];
  /** How many pages of it were rendered ahead of time. */
  readonly pages: number;
}

// Errors and frames of Next.js itself. What an `_app` names belongs to every page of its router.
const FRAMEWORK = /^\/_(app|document|error|global-error|not-found)$/;

/** What `next build` has left in `dist`, webpack and Turbopack alike. Rejects when there is no build. */
export async function builtRoutes(folder: string): Promise<BuiltRoute[]> {
  const dist = resolve(folder);
  await readFile(join(dist, 'BUILD_ID')).catch((cause: unknown) => {
    throw new Error(`There is no build in "${dist}": run \`next build\` first.`, { cause });
  });
  const [onNode, onEdge, pages] = await Promise.all([nodeRoutes(dist), edgeRoutes(dist), renderedPages(dist)]);
  const entries = [...onNode, ...onEdge];
  const ofEveryPage = entries.find(([entry]) => entry === 'pages/_app')?.[1] ?? [];
  const routes = new Map<string, BuiltRoute>();
  for (const [entry, own] of entries) {
    const route = routeOf(entry);
    const isPage = !/^app\/(.*\/)?route$|^pages\/api\//.test(entry);
    const shared = isPage && entry.startsWith('pages/') ? ofEveryPage : [];
    // Parallel routes are several entries of one route.
    const files = new Set([...(routes.get(route)?.files ?? []), ...own, ...shared]);
    routes.set(route, { route, isPage, files: [...files], pages: pages.get(route) ?? 0 });
  }
  return [...routes.values()]
    .filter(({ route }) => !FRAMEWORK.test(route))
    .sort((a, b) => (a.route < b.route ? -1 : 1));
}

type FilesByEntry = (readonly [entry: string, files: readonly string[]])[];

/** Beside each entry there is a list of the files that a server has to have for it. */
async function nodeRoutes(dist: string): Promise<FilesByEntry> {
  const server = join(dist, 'server');
  const traces = (await readdir(server, { recursive: true })).filter((file) =>
    /^(app|pages)[/\\].*\.js\.nft\.json$/.test(file),
  );
  return Promise.all(
    traces.map(async (trace): Promise<FilesByEntry[number]> => {
      const path = join(server, trace);
      const { files } = await readManifest<{ files: string[] }>(path, { files: [] });
      const entry = path.slice(0, -'.nft.json'.length);
      const traced = files.map((file) => resolve(dirname(path), file));
      return [entryOf(relative(server, entry)), ownScripts(dist, [entry, ...traced])];
    }),
  );
}

async function edgeRoutes(dist: string): Promise<FilesByEntry> {
  const { functions } = await readManifest<{ functions: Record<string, { name: string; files: string[] }> }>(
    join(dist, 'server/middleware-manifest.json'),
    { functions: {} },
  );
  return Object.values(functions).map(({ name, files }) => {
    const paths = files.map((file) => join(dist, file));
    return [entryOf(name), ownScripts(dist, paths)];
  });
}

/** How many, by the route that they are pages of. */
async function renderedPages(dist: string): Promise<Map<string, number>> {
  const { routes } = await readManifest<{ routes: Record<string, { srcRoute?: string | null }> }>(
    join(dist, 'prerender-manifest.json'),
    { routes: {} },
  );
  const counts = new Map<string, number>();
  for (const [path, { srcRoute }] of Object.entries(routes)) {
    const route = srcRoute ?? path;
    counts.set(route, (counts.get(route) ?? 0) + 1);
  }
  return counts;
}

/** Leaves out the packages, and what is no code. */
function ownScripts(dist: string, paths: readonly string[]): string[] {
  return paths.filter((path) => path.endsWith('.js') && !relative(dist, path).startsWith('..'));
}

/** `app/pricing/page.js` → `app/pricing/page`. */
function entryOf(file: string): string {
  return file.replaceAll('\\', '/').replace(/\.js$/, '');
}

/** `app/(shop)/pricing/page` → `/pricing`; `pages/blog/index` → `/blog`. */
function routeOf(entry: string): string {
  const [router, ...segments] = entry.split('/');
  if (router === 'app') segments.pop();
  else if (segments.at(-1) === 'index') segments.pop();
  return `/${segments.filter((segment) => !/^(\(\w[^)]*\)|@.*)$/.test(segment)).join('/')}`;
}

/** What Next.js wrote is believed to be what this version of it writes. */
async function readManifest<Manifest>(path: string, missing: Manifest): Promise<Manifest> {
  const text = await readFile(path, 'utf8').catch(() => null);
  return text === null ? missing : { ...missing, ...JSON.parse(text) };
}
