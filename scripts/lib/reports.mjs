import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

/** The tests that failed, from the JSON report of vitest or Playwright: what each is called, and why it failed. */
export function failuresIn(file) {
  const report = read(file);
  if (!report) return [];
  const failures = 'stats' in report ? playwrightFailures(report) : vitestFailures(report);
  return failures.map(({ name, reason }) => ({ name, reason: stripVTControlCharacters(reason ?? '').trim() }));
}

/**
 * How many tests passed, failed and were skipped, from the JSON report of vitest or Playwright. A run that failed without
 * a failing test (a file that cannot be loaded, a server that does not start) counts as one failure.
 */
export function countTests(file, hasFailed) {
  const counts = readCounts(file);
  return hasFailed && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

function readCounts(file) {
  const report = read(file);
  // No report at all is a failure, whatever the exit code was.
  if (!report) return { passed: 0, failed: 1, skipped: 0 };
  return 'stats' in report ? fromPlaywright(report) : fromVitest(report);
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

function fromVitest({ numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults }) {
  return {
    passed: numPassedTests,
    failed: numFailedTests + testResults.filter(didNotLoad).length,
    skipped: numPendingTests + numTodoTests,
  };
}

function vitestFailures({ testResults }) {
  return testResults.flatMap((file) => {
    if (didNotLoad(file)) return { name: file.name, reason: file.message };
    return file.assertionResults
      .filter(hasFailed)
      .map(({ fullName, failureMessages }) => ({ name: fullName, reason: failureMessages?.[0] }));
  });
}

const hasFailed = ({ status }) => status === 'failed';
const didNotLoad = (file) => hasFailed(file) && !file.assertionResults.some(hasFailed);

function fromPlaywright({ stats }) {
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped };
}

function playwrightFailures({ suites = [], errors = [] }) {
  const failed = suites.flatMap((suite) => testsIn(suite)).filter(({ ok }) => !ok);
  return [
    ...errors.map(({ message }) => ({ name: 'e2e', reason: message })),
    ...failed.map(({ name, tests }) => ({ name, reason: reasonOf(tests) })),
  ];
}

function testsIn({ title, specs = [], suites = [] }, above = []) {
  const path = [...above, title];
  const own = specs.map((spec) => ({ ...spec, name: [...path, spec.title].join(' › ') }));
  return [...own, ...suites.flatMap((suite) => testsIn(suite, path))];
}

function reasonOf(tests) {
  const results = tests.flatMap((test) => test.results);
  return results.find(({ error }) => error)?.error.message;
}
