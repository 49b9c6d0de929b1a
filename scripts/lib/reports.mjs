import { readFileSync } from 'node:fs';

/**
 * How many tests passed, failed and were skipped, from the JSON report of vitest or Playwright. A run that failed without
 * a failing test (a file that cannot be loaded, a server that does not start) counts as one failure.
 */
export function countTests(file, hasFailed) {
  const counts = readCounts(file);
  return hasFailed && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

function readCounts(file) {
  let report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // No report at all is a failure, whatever the exit code was.
    return { passed: 0, failed: 1, skipped: 0 };
  }
  return 'stats' in report ? fromPlaywright(report) : fromVitest(report);
}

function fromVitest({ numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults }) {
  const filesThatDidNotLoad = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  return {
    passed: numPassedTests,
    failed: numFailedTests + filesThatDidNotLoad.length,
    skipped: numPendingTests + numTodoTests,
  };
}

function fromPlaywright({ stats }) {
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped };
}
