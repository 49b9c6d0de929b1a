import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countTests, failuresIn } from '../lib/reports.mjs';
import { summary } from '../lib/summary.mjs';

let folder;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reports-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function report(content) {
  const file = join(folder, 'report.json');
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const vitest = (changes) => ({
  numPassedTests: 5,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [{ status: 'passed', assertionResults: [{ status: 'passed' }] }],
  ...changes,
});

describe('the count of tests', () => {
  it('comes from the report of vitest', async () => {
    const file = await report(vitest({ numFailedTests: 2, numPendingTests: 1, numTodoTests: 1 }));
    expect(countTests(file, true)).toEqual({ passed: 5, failed: 2, skipped: 2 });
  });

  it('takes a test file that cannot be loaded for a failure', async () => {
    const file = await report(vitest({ testResults: [{ status: 'failed', assertionResults: [] }] }));
    expect(countTests(file, true)).toEqual({ passed: 5, failed: 1, skipped: 0 });
  });

  it('comes from the report of Playwright, where a flaky test is a failure', async () => {
    const file = await report({ stats: { expected: 7, unexpected: 1, flaky: 1, skipped: 3 } });
    expect(countTests(file, true)).toEqual({ passed: 7, failed: 2, skipped: 3 });
  });

  it('knows of a failure that no test is to blame for', async () => {
    const file = await report({ stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 0 } });
    expect(countTests(file, true)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it('takes a report that is missing or cut off for a failure', async () => {
    expect(countTests(join(folder, 'nowhere.json'), false)).toMatchObject({ passed: 0, failed: 1 });
    expect(countTests(await report('{"stats":'), false)).toMatchObject({ passed: 0, failed: 1 });
  });
});

describe('the failures', () => {
  it('come from the report of vitest, with those of files that cannot be loaded', async () => {
    const test = { status: 'failed', fullName: 'a cart adds up', failureMessages: ['\u001b[31mexpected 1\u001b[39m'] };
    const file = await report(
      vitest({
        testResults: [
          { status: 'failed', assertionResults: [{ status: 'passed', fullName: 'another' }, test] },
          { status: 'failed', name: 'broken.test.ts', message: 'no such module', assertionResults: [] },
        ],
      }),
    );
    expect(failuresIn(file)).toEqual([
      { name: 'a cart adds up', reason: 'expected 1' },
      { name: 'broken.test.ts', reason: 'no such module' },
    ]);
  });

  it('come from the report of Playwright, with those that no test is to blame for', async () => {
    const failed = { title: 'adds up', ok: false, tests: [{ results: [{ error: { message: 'expected 1' } }] }] };
    const suite = { title: 'a cart', specs: [failed, { title: 'is there', ok: true, tests: [] }] };
    const errors = [{ message: 'the server does not start' }];
    const file = await report({ stats: {}, errors, suites: [{ title: 'cart.spec.ts', suites: [suite] }] });
    expect(failuresIn(file)).toEqual([
      { name: 'e2e', reason: 'the server does not start' },
      { name: 'cart.spec.ts › a cart › adds up', reason: 'expected 1' },
    ]);
  });

  it('are unknown without a report', () => {
    expect(failuresIn(join(folder, 'nowhere.json'))).toEqual([]);
  });
});

describe('the summary', () => {
  const build = { name: 'build', duration: 1_000, passed: 1, failed: 0, skipped: 0 };
  const unit = { name: 'unit', duration: 2_340, passed: 40, failed: 2, skipped: 0 };

  it('ends with the sums and nothing after them', () => {
    const { text, failed } = summary([build, unit]);
    expect(text.split('\n').at(-1)).toBe('41 passed, 2 failed');
    expect(failed).toBe(2);
  });

  it('says of each step how it went and how long it took', () => {
    const e2e = { name: 'e2e', duration: 0, passed: 0, failed: 1, skipped: 0, because: 'build' };
    const { text } = summary([build, unit, e2e]);
    expect(text).toMatch(/build +passed +1\.0/);
    expect(text).toMatch(/unit +FAILED \(2 of 42\) +2\.3/);
    expect(text).toMatch(/e2e +NOT RUN \(build failed\) +0\.0/);
    expect(text).toMatch(/all +FAILED +3\.3/);
  });

  it('says last what failed and why, where a log that was cut off still shows it', () => {
    const failures = [{ name: 'a cart adds up', reason: `${'expected 1\n'.repeat(30)}the end` }];
    const { text } = summary([{ ...unit, failures }]);
    expect(text.split('\n').slice(0, 3)).toEqual(['', '✘ a cart adds up', '    expected 1']);
    expect(text).not.toContain('the end');
    expect(text.indexOf('a cart adds up')).toBeLessThan(text.indexOf('unit'));
  });

  it('leaves room for the table when everything fails', () => {
    const failures = Array.from({ length: 25 }, (_, index) => ({ name: `test ${index}`, reason: 'no' }));
    const { text } = summary([{ ...unit, failures }]);
    expect(text.match(/✘/g)).toHaveLength(10);
    expect(text).toContain('and 15 more');
  });

  it('does not keep skipped tests to itself', () => {
    expect(summary([{ ...unit, failed: 0, skipped: 3 }]).text).toContain('3 skipped');
  });
});
