#!/usr/bin/env node
// Packs every package and checks what a user would get. `--update` accepts the exported names as they are now.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { entriesOf, problemsOf, RULES } from './lib/package-rules.mjs';
import { changedNames, publicNames } from './lib/public-names.mjs';
import { pnpm, QUIET, ROOT } from './lib/toolchain.mjs';

const TYPES_ONLY = new Set(['@convert-fullstack/core/register']);
const run = promisify(execFile);
const isUpdate = process.argv.includes('--update');
const env = { ...process.env, ...QUIET };
const folder = await mkdtemp(join(tmpdir(), 'check-packages-'));
let problems = 0;

try {
  const packages = await packAll();
  const checks = await Promise.all([
    ...packages.map(checkPackage),
    checked('Installed from the tarballs, imported in Node.js', importProblems(packages)),
    checked('Exported names', exportProblems(packages)),
    checked('Sizes', sizeProblems()),
  ]);
  checks.forEach(report);
  problems = checks.flatMap((check) => check.problems).length;
} finally {
  await rm(folder, { recursive: true, force: true });
}
if (problems > 0) console.error(`\n${problems} ${problems === 1 ? 'problem' : 'problems'} in the packages.`);
process.exitCode = problems > 0 ? 1 : 0;

async function checkPackage(one) {
  const title = `${one.manifest.name}: ${one.files.size} files, ${kilobytes(one.tarball.length)} packed`;
  const tools = await Promise.all([publintProblems(one), attwProblems(one)]);
  return { title, problems: [...problemsOf(one.files, one.rules, one.sources), ...tools.flat()] };
}

async function checked(title, result) {
  const { details = [], problems } = await result;
  return { title, details, problems };
}

function report({ title, details = [], problems }) {
  console.log(`${problems.length > 0 ? '✗' : '✓'} ${title}`);
  for (const detail of details) console.log(`    ${detail}`);
  for (const problem of problems) console.log(`  ✗ ${problem.replaceAll('\n', '\n    ')}`);
}

async function packAll() {
  const [command, args] = pnpm('--filter', './packages/*', 'pack', '--pack-destination', folder);
  await run(command, args, { cwd: ROOT, env, shell: process.platform === 'win32' });
  return Promise.all((await readdir(join(ROOT, 'packages'))).sort().map(unpack));
}

async function unpack(name) {
  const home = join(ROOT, 'packages', name);
  const { version } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8'));
  const path = join(folder, `convert-fullstack-${name}-${version}.tgz`);
  const contents = join(folder, 'unpacked', name);
  await mkdir(contents, { recursive: true });
  await run('tar', ['-xzf', path, '-C', contents]);
  const files = await textsIn(join(contents, 'package'));
  return {
    name,
    home,
    path,
    files,
    rules: RULES[name] ?? giveUp(`packages/${name} has no rules yet: add it to scripts/lib/package-rules.mjs.`),
    tarball: await readFile(path),
    sources: await textsIn(home, 'src'),
    manifest: JSON.parse(files.get('package.json')),
  };
}

async function publintProblems({ tarball }) {
  const { messages, pkg } = await publint({ pack: { tarball: new Uint8Array(tarball).buffer }, strict: true });
  // A suggestion is a matter of taste; everything above it misleads somebody's tool.
  return messages
    .filter(({ type }) => type !== 'suggestion')
    .map((message) => `publint: ${formatMessage(message, pkg)}`);
}

async function attwProblems({ path }) {
  const attw = join(ROOT, 'node_modules/@arethetypeswrong/cli/dist/index.js');
  return problemsWhenFailing(process.execPath, [
    attw,
    path,
    '--profile',
    'esm-only',
    '--no-emoji',
    '--format',
    'ascii',
  ]);
}

async function importProblems(packages) {
  const home = join(folder, 'installed');
  await mkdir(join(home, 'node_modules'), { recursive: true });
  const dependencies = Object.fromEntries(packages.map(({ manifest, path }) => [manifest.name, `file:${path}`]));
  await writeFile(join(home, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }));
  // Peers come from this checkout, so that only the few small dependencies of the packages are fetched.
  const npm = ['install', '--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const failures = await problemsWhenFailing('npm', npm, { cwd: home, shell: process.platform === 'win32' });
  if (failures.length > 0) return { problems: failures };
  const peers = new Map(packages.flatMap(({ home, manifest }) => peersOf(manifest).map((name) => [name, home])));
  for (const [name, from] of peers) {
    await symlink(join(from, 'node_modules', name), join(home, 'node_modules', name), 'junction');
  }

  const entries = packages.flatMap(({ manifest }) =>
    entriesOf(manifest).map(({ name }) => manifest.name + name.slice(1)),
  );
  const imports = entries.map((entry) => {
    // An entry of types only exports nothing that runs; that it has types is what attw has looked at.
    const isTypesOnly = TYPES_ONLY.has(entry);
    const script = `if ((Object.keys(await import('${entry}')).length === 0) !== ${isTypesOnly}) throw new Error('It exports ${isTypesOnly ? 'more than types' : 'nothing'}.')`;
    return problemsWhenFailing(process.execPath, ['--input-type=module', '--eval', script], { cwd: home }, entry);
  });
  const commands = packages.flatMap(({ manifest }) => Object.keys(manifest.bin ?? {}));
  const helps = commands.map((command) =>
    problemsWhenFailing(join(home, 'node_modules/.bin', command), ['--help'], { cwd: home }, `${command} --help`),
  );
  const problems = (await Promise.all([...imports, ...helps])).flat();
  return { details: [...entries, ...commands.map((command) => `${command} --help`)], problems };
}

function peersOf({ peerDependencies = {} }) {
  return Object.keys(peerDependencies);
}

async function exportProblems(packages) {
  const file = join(ROOT, 'scripts/exports.json');
  const names = Object.fromEntries(packages.map(({ home, manifest }) => [manifest.name, publicNames(home, manifest)]));
  const count = Object.values(names).flatMap((entries) => Object.values(entries).flat()).length;
  if (isUpdate) await writeFile(file, `${JSON.stringify(names, null, 2)}\n`);
  const changes = changedNames(existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : {}, names);
  if (changes.length === 0) return { details: [`${count} names, as in scripts/exports.json`], problems: [] };
  const way =
    'If that is intended: node scripts/check-packages.mjs --update, and a changeset that says why (npm run changeset)';
  return {
    problems: [['The packages export other names than scripts/exports.json lists.', ...changes, way].join('\n')],
  };
}

async function sizeProblems() {
  const limit = [join(ROOT, 'node_modules/size-limit/bin.js'), '--json'];
  // It exits with 1 when something is too big, and still prints its measurements.
  const { stdout, stderr } = await run(process.execPath, limit, { cwd: ROOT, env }).catch((error) => error);
  if (!stdout?.trim().startsWith('[')) return { problems: [`size-limit: ${stderr || stdout}`] };
  const sizes = JSON.parse(stdout).map(({ name, size, sizeLimit, passed }) => ({
    passed,
    line: `${name.padEnd(30)} ${kilobytes(size).padStart(9)} of ${kilobytes(sizeLimit)}`,
  }));
  return {
    details: sizes.filter(({ passed }) => passed).map(({ line }) => line),
    problems: sizes.filter(({ passed }) => !passed).map(({ line }) => `${line}: over the budget`),
  };
}

async function problemsWhenFailing(command, args, options = {}, label = basename(args[0] ?? command)) {
  try {
    await run(command, args, { env, ...options });
    return [];
  } catch (error) {
    return [`${label}: ${(error.stderr || error.stdout || error.message).trim()}`];
  }
}

async function textsIn(base, below = '.') {
  const entries = await readdir(join(base, below), { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
  return new Map(paths.map((path, index) => [path.slice(base.length + 1).replaceAll('\\', '/'), texts[index]]));
}

function kilobytes(bytes) {
  return `${(bytes / 1_000).toFixed(2)} kB`;
}

function giveUp(message) {
  throw new Error(message);
}
