#!/usr/bin/env node
// Everything that has to hold, in one run. `node scripts/test.mjs unit e2e` runs only the named steps.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { start } from './lib/processes.mjs';
import { progress, seconds } from './lib/progress.mjs';
import { countTests, failuresIn } from './lib/reports.mjs';
import { summary } from './lib/summary.mjs';
import { nodeTooOld, pnpm, QUIET, ROOT, turbo } from './lib/toolchain.mjs';

const node = (...args) => [process.execPath, args];

const STEPS = [
  {
    name: 'install',
    says: 'Install the dependencies',
    needs: [],
    commands: [pnpm('install', '--frozen-lockfile', '--config.confirm-modules-purge=false')],
    isQuiet: true,
  },
  {
    name: 'build',
    says: 'Build the packages and the applications',
    needs: ['install'],
    commands: [turbo('run', 'build', '--continue=dependencies-successful', '--output-logs=new-only')],
  },
  {
    name: 'types',
    says: 'Check the types (those of applications are checked by their build)',
    needs: ['install'],
    commands: [turbo('run', 'typecheck', '--continue=dependencies-successful', '--output-logs=new-only')],
  },
  {
    name: 'lint',
    says: 'Check style (biome) and unused code (knip)',
    needs: ['install'],
    commands: [
      node('node_modules/@biomejs/biome/bin/biome', 'check', '.', '--error-on-warnings'),
      node('node_modules/knip/bin/knip.js'),
    ],
  },
  {
    name: 'unit',
    says: 'Unit tests and conformance vectors (vitest)',
    needs: ['install'],
    commands: [node('node_modules/vitest/vitest.mjs', 'run', '--allowOnly=false')],
    report: 'test-results/unit.json',
  },
  {
    name: 'packaging',
    says: 'Pack the packages and look into the tarballs',
    needs: ['install', 'build'],
    commands: [node('scripts/check-packages.mjs')],
  },
  {
    name: 'matrix',
    says: 'The newest and the oldest Next.js and React that are supported, with the packed packages',
    needs: ['install', 'build'],
    commands: [node('scripts/matrix.mjs', '--only', 'newest,oldest')],
  },
  {
    name: 'e2e',
    says: 'The applications in a browser (Playwright)',
    needs: ['install', 'build'],
    commands: [node('node_modules/@playwright/test/cli.js', 'test', '--forbid-only')],
    report: 'test-results/e2e.json',
  },
];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !STEPS.some((step) => step.name === name));
const tooOld = nodeTooOld();
if (tooOld) giveUp(tooOld);
if (unknown.length > 0) {
  giveUp(`There is no step called ${unknown.join(', ')}. The steps are: ${STEPS.map(({ name }) => name).join(', ')}.`);
}

let current = null;
let isInterrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interrupt(signal));

const results = [];
const steps = STEPS.filter(({ name }) => asked.length === 0 || asked.includes(name));
for (const step of steps) {
  const missing = results.find((result) => result.failed > 0 && step.needs.includes(result.name));
  console.log(`\n── ${results.length + 1}/${steps.length} ${step.name}: ${step.says}`);
  results.push(missing ? notRun(step, missing.name) : await run(step));
}
const { text, failed } = summary(results);
console.log(text);
process.exitCode = failed > 0 ? 1 : 0;

async function run(step) {
  const startedAt = Date.now();
  const report = step.report && join(ROOT, step.report);
  if (report) rmSync(report, { force: true });
  let hasFailed = false;
  // All of them, even after a failure: lint findings of one tool say nothing about those of the other.
  for (const command of step.commands) if (!(await succeeds(command, step))) hasFailed = true;
  const duration = Date.now() - startedAt;
  const counts = report ? countTests(report, hasFailed) : onlyItself(hasFailed);
  console.log(`── ${step.name}: ${counts.failed > 0 ? 'FAILED' : 'passed'} in ${seconds(duration)}`);
  return { name: step.name, duration, ...counts, failures: report ? failuresIn(report) : [] };
}

async function succeeds([command, args], { isQuiet, says }) {
  const finish = isQuiet ? progress(says) : null;
  current = start(command, args, { cwd: ROOT, env: QUIET, output: isQuiet ? 'keep' : 'show' });
  const { code } = await current.ended;
  if (isInterrupted) return new Promise(() => {});
  finish?.(code === 0 ? 'done' : 'failed');
  if (isQuiet && code !== 0) console.log(`${current.tail()}\n`);
  return code === 0;
}

function notRun(step, because) {
  console.log(`── ${step.name}: NOT RUN, because ${because} failed`);
  return { name: step.name, duration: 0, ...onlyItself(true), because };
}

function onlyItself(hasFailed) {
  return { passed: hasFailed ? 0 : 1, failed: hasFailed ? 1 : 0, skipped: 0 };
}

async function interrupt(signal) {
  if (isInterrupted) return;
  isInterrupted = true;
  console.error(`\n${signal}: stopping.`);
  // Playwright takes its servers down on SIGINT; they are not in its process group.
  await current?.stop('SIGINT', 15_000);
  process.exit(130);
}

function giveUp(message) {
  console.error(message);
  process.exit(1);
}
