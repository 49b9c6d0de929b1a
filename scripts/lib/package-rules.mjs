import { posix } from 'node:path';
import ts from 'typescript';

const SHARED = ['@convert-fullstack/core/bridge', '@convert-fullstack/core/register'];
const CORE = ['@convert-fullstack/core', ...SHARED];
const REACT = ['react', 'react/jsx-runtime'];

/**
 * What a package brings along besides `dist`, and what each of its entries may import, directly or through its own files:
 * the table of ARCHITECTURE.md. A name that ends in `/` or `:` stands for everything below it.
 */
export const RULES = {
  core: { mayImport: { default: ['murmurhash-js'] } },
  server: { mayImport: { default: [...CORE, 'bowser', 'isbot', 'cookie', 'valibot'] } },
  next: {
    mayImport: { default: [...CORE, '@convert-fullstack/server', 'next/', ...REACT] },
    alsoShips: ['bin/'],
  },
  react: {
    mayImport: {
      default: [...REACT, ...SHARED],
      './client': [...REACT, ...CORE, 'swr'],
      './navigation': [...REACT, ...SHARED, 'swr'],
    },
  },
  emulator: { mayImport: { default: ['valibot', 'node:'] }, alsoShips: ['dashboard/', 'projects/'] },
};

const ALWAYS_SHIPS = ['package.json', 'README.md', 'LICENSE'];
const LEFTOVERS =
  /(^|\/)(test|tests|__tests__|conformance)\/|\.(test|spec)\.|\.test-d\.|(^|\/)tsconfig[^/]*\.json$|\.tsbuildinfo$/;

/** Everything wrong with the files of one packed package. `files` maps paths in the tarball to their text. */
export function problemsOf(files, rules, sources) {
  const manifest = JSON.parse(files.get('package.json') ?? '{}');
  return [
    ...contentProblems([...files.keys()], rules.alsoShips ?? []),
    ...staleProblems([...files.keys()], sources),
    ...manifestProblems(manifest),
    ...entriesOf(manifest).flatMap((entry) => importProblems(files, entry, rules.mayImport)),
    ...dependencyProblems(files, manifest),
    ...directiveProblems(files, sources),
    ...serverComponentProblems(files, manifest),
  ];
}

/** The entries of a package by the name one imports, with the files their conditions lead to. */
export function entriesOf({ exports = {} }) {
  return Object.entries(exports)
    .map(([name, target]) => ({ name, files: leavesOf(target).map((path) => posix.normalize(path)) }))
    .filter(({ files }) => files.every((file) => !file.endsWith('.json')));
}

/** What a module imports, re-exports or loads on demand. */
export function importsOf(source) {
  return ts.preProcessFile(source, true, true).importedFiles.map(({ fileName }) => fileName);
}

function contentProblems(paths, alsoShips) {
  const missing = ALWAYS_SHIPS.filter((path) => !paths.includes(path)).map((path) => `${path} is missing`);
  const isExpected = (path) =>
    ALWAYS_SHIPS.includes(path) || ['dist/', ...alsoShips].some((folder) => path.startsWith(folder));
  const surplus = paths.filter((path) => !isExpected(path) || LEFTOVERS.test(path));
  return [...missing, ...surplus.map((path) => `${path} does not belong in the tarball`)];
}

// tsc never removes what it once wrote, and turbo's cache brings it back.
function staleProblems(paths, sources) {
  const hasSource = (path) => ['.ts', '.tsx'].some((ending) => sources.has(path.replace(/^dist\//, 'src/') + ending));
  return paths
    .filter((path) => path.startsWith('dist/') && path.endsWith('.js') && !hasSource(path.slice(0, -'.js'.length)))
    .map((path) => `${path} has no source: remove dist, then npm run build -- --force`);
}

function manifestProblems({ dependencies = {}, peerDependencies = {}, license, engines }) {
  const unresolved = Object.entries({ ...dependencies, ...peerDependencies })
    .filter(([, range]) => range.startsWith('workspace:'))
    .map(([name, range]) => `package.json asks for ${name}@${range}, which exists only in this repository`);
  const unsaid = Object.entries({ license, 'engines.node': engines?.node }).filter(([, value]) => !value);
  return [...unresolved, ...unsaid.map(([field]) => `package.json does not say ${field}`)];
}

function importProblems(files, entry, mayImport) {
  const allowed = mayImport[entry.name] ?? mayImport.default;
  const isAllowed = (name) => allowed.some((rule) => name === rule || (/[/:]$/.test(rule) && name.startsWith(rule)));
  return reachableFrom(files, entry.files).flatMap((path) =>
    importsOf(files.get(path))
      .filter((name) => !name.startsWith('.') && !isAllowed(name))
      .map((name) => `${path} imports ${name}, which "${entry.name}" may not`),
  );
}

function dependencyProblems(files, { name: self, dependencies = {}, peerDependencies = {} }) {
  const declared = new Set([self, ...Object.keys(dependencies), ...Object.keys(peerDependencies)]);
  const used = new Map();
  for (const [path, source] of files) {
    if (!isModule(path)) continue;
    for (const name of importsOf(source)) if (!/^(\.|node:)/.test(name)) used.set(packageOf(name), path);
  }
  const undeclared = [...used].filter(([name]) => !declared.has(name));
  const unused = Object.keys(dependencies).filter((name) => !used.has(name));
  return [
    ...undeclared.map(([name, path]) => `${path} imports ${name}, which package.json does not list`),
    ...unused.map((name) => `package.json lists ${name}, which nothing imports`),
  ];
}

function directiveProblems(files, sources) {
  return [...sources]
    .filter(([, source]) => startsWithUseClient(source))
    .map(([path]) => path.replace(/^src\//, 'dist/').replace(/\.tsx?$/, '.js'))
    .filter((path) => !startsWithUseClient(files.get(path) ?? ''))
    .map((path) => `${path} has lost its 'use client'`);
}

// What Next.js would say when a Server Component imports the package: code before the first 'use client' runs on the server.
function serverComponentProblems(files, manifest) {
  const isBoundary = (path) => startsWithUseClient(files.get(path) ?? '');
  const entryFiles = entriesOf(manifest).flatMap((entry) => entry.files.filter((file) => file.endsWith('.js')));
  return reachableFrom(files, entryFiles, isBoundary)
    .filter((path) => !isBoundary(path) && usesClientReact(files.get(path)))
    .map((path) => `${path} uses client React and no 'use client' stands between it and a Server Component`);
}

const CLIENT_REACT =
  /\b(createContext|use(Context|Effect|InsertionEffect|LayoutEffect|Reducer|Ref|State|SyncExternalStore))\b/;

function usesClientReact(source) {
  return source.split('\n').some((line) => /from ['"]react['"]/.test(line) && CLIENT_REACT.test(line));
}

function startsWithUseClient(source) {
  return /^(\s|\/\*[\s\S]*?\*\/|\/\/.*\n)*['"]use client['"]/.test(source);
}

function reachableFrom(files, starts, isBoundary = () => false) {
  const seen = new Set();
  const visit = (path) => {
    if (seen.has(path) || !files.has(path) || !isModule(path)) return;
    seen.add(path);
    if (isBoundary(path)) return;
    for (const name of importsOf(files.get(path))) {
      if (name.startsWith('.')) visit(besides(path, name));
    }
  };
  starts.forEach(visit);
  return [...seen];
}

// A declaration file says './x.js' or, as tsc leaves it, './x.ts' and means './x.d.ts'.
function besides(path, name) {
  const target = posix.join(posix.dirname(path), name);
  return path.endsWith('.d.ts') ? target.replace(/(\.d)?\.[jt]sx?$/, '.d.ts') : target;
}

function leavesOf(target) {
  return typeof target === 'string' ? [target] : Object.values(target ?? {}).flatMap(leavesOf);
}

function isModule(path) {
  return path.startsWith('dist/') && /\.(js|d\.ts)$/.test(path);
}

function packageOf(name) {
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
}
