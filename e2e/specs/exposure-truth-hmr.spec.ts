import { join } from 'node:path';
import { expect } from '@playwright/test';
import { type EditableApp, startEditableApp } from '../support/editable-app.ts';
import { openAndSee } from '../support/exposures.ts';
import { MEMORY, once, proveInPage, test } from '../support/way-to-be-wrong.ts';

let editable: EditableApp;

test.use({
  app: [
    async ({ browserName: _ }, use, { project, workerIndex }) => {
      editable = await startEditableApp(join(project.outputDir, `editable-app-${workerIndex}`));
      await Promise.all(['/pricing/target', '/api/convert/payload'].map((path) => fetch(editable.url + path)));
      await use(editable.url);
      await editable.stop();
    },
    // A dev server compiles what is asked for, and takes its time for it.
    { scope: 'worker', timeout: 120_000 },
  ],
});

proveInPage({
  ...once,
  when: 'when an edit remounts its component (HMR)',
  guards: MEMORY,
  async act(page) {
    await openAndSee(page, '/pricing/target');
    await page.evaluate(() => document.body.classList.add('not-reloaded'));
    // Again and again: what is edited before the dev server watches for this page goes unnoticed.
    await expect(async () => {
      const mark = `data-edited="${Date.now()}"`;
      await editable.edit(
        'app/shown.tsx',
        (source) => `// @refresh reset\n${source.replace('data-testid', `${mark} data-testid`)}`,
      );
      await page.locator(`.not-reloaded [${mark}][data-committed]`).waitFor({ timeout: 3_000 });
    }).toPass();
  },
});
