import { defineConfig, devices } from '@playwright/test';
import { chosenBrowser } from '../browser.ts';

const chromium = devices['Desktop Chrome'];

/** One application of the version matrix, which scripts/matrix.mjs has started. */
export default defineConfig({
  testDir: '.',
  outputDir: `../../test-results/matrix/${process.env.MATRIX_ROW}`,
  globalSetup: '../browser.ts',
  workers: 2,
  fullyParallel: true,
  // Another row may be built meanwhile.
  timeout: 60_000,
  expect: { timeout: 20_000 },
  reporter: 'list',
  use: {
    baseURL: process.env.MATRIX_APP,
    launchOptions: chosenBrowser() ?? {},
  },
  projects: [{ name: 'chromium', use: chromium }],
});
