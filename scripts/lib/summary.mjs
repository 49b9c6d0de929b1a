// As much of it as one looks at; the whole of it is further up.
const FAILURES = 10;
const LINES = 20;

/** What failed and the table at the end of a run; its last line is always `N passed, N failed`. */
export function summary(results) {
  const passed = sum(results, 'passed');
  const failed = sum(results, 'failed');
  const skipped = sum(results, 'skipped');
  const rows = [['step', 'result', 'seconds'], ...results.map(row)];
  rows.push(['all', failed > 0 ? 'FAILED' : 'passed', inSeconds(sum(results, 'duration'))]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((cells) => cells[column].length)));
  const table = rows.map(([step, result, time]) =>
    `  ${step.padEnd(widths[0])}  ${result.padEnd(widths[1])}  ${time.padStart(widths[2])}`.trimEnd(),
  );
  const notice = skipped > 0 ? [`  ${skipped} skipped`] : [];
  const failures = results.flatMap((result) => result.failures ?? []);
  return {
    text: [...told(failures), '', ...table, ...notice, '', `${passed} passed, ${failed} failed`].join('\n'),
    failed,
  };
}

function told(failures) {
  const lines = failures.slice(0, FAILURES).flatMap(({ name, reason }) => ['', `✘ ${name}`, ...indented(reason)]);
  const left = failures.length - FAILURES;
  return left > 0 ? [...lines, '', `and ${left} more`] : lines;
}

function indented(text) {
  const lines = text.split('\n').slice(0, LINES);
  return lines.map((line) => `    ${line.slice(0, 200)}`.trimEnd());
}

function row({ name, duration, passed, failed, because }) {
  return [name, because ? `NOT RUN (${because} failed)` : result(passed, failed), inSeconds(duration)];
}

function result(passed, failed) {
  if (failed > 0) return passed > 0 ? `FAILED (${failed} of ${passed + failed})` : 'FAILED';
  return passed > 1 ? `passed (${passed} tests)` : 'passed';
}

function inSeconds(milliseconds) {
  return (milliseconds / 1_000).toFixed(1);
}

function sum(results, field) {
  return results.reduce((total, result) => total + result[field], 0);
}
