import { expect, test } from '@playwright/test';
import { type EditableApp, startEditableApp } from '../support/editable-app.ts';
import { openAndSee } from '../support/exposures.ts';
import { once, proveInPage } from '../support/way-to-be-wrong.ts';

let app: EditableApp;
test.beforeAll(async ({ browserName: _ }, testInfo) => {
  // A dev server compiles what is asked for, and takes its time for it.
  testInfo.setTimeout(120_000);
  app = await startEditableApp(testInfo.outputPath('app'));
  await Promise.all(['/pricing/target', '/api/convert/payload', '/api/naive'].map((path) => fetch(app.url + path)));
});
test.afterAll(() => app.stop());

proveInPage({
  ...once,
  when: 'when an edit remounts its component (HMR)',
  mistake: 'on-every-mount',
  async act(page) {
    await openAndSee(page, `${app.url}/pricing/target`);
    await page.evaluate(() => document.body.classList.add('not-reloaded'));
    // Again and again: what is edited before the dev server watches for this page goes unnoticed.
    await expect(async () => {
      const mark = `data-edited="${Date.now()}"`;
      await app.edit(
        'app/shown.tsx',
        (source) => `// @refresh reset\n${source.replace('data-testid', `${mark} data-testid`)}`,
      );
      await page.locator(`.not-reloaded [${mark}][data-committed]`).waitFor({ timeout: 3_000 });
    }).toPass();
  },
});
