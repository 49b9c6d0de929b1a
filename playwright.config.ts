import { defineConfig, devices } from '@playwright/test';
import { chosenBrowser } from './e2e/browser.ts';
import {
  CACHE_COMPONENTS,
  EDGE_RUNTIME,
  EDGE_SECRET,
  EMULATOR,
  FIXTURE_APP,
  ORDER_WEBHOOK_SECRET,
  RENDERING,
  STOREFRONT,
} from './e2e/support/addresses.ts';

const chromium = devices['Desktop Chrome'];

const portOf = (url: string) => new URL(url).port;

// No `-H 127.0.0.1`: Next.js then takes its own rewrites for external ones and runs the proxy twice.
const NEXT_START = 'node node_modules/next/dist/bin/next start -p';

const app = {
  env: {
    CONVERT_SDK_KEY: 'e2e',
    CONVERT_CONFIG_URL: `${EMULATOR}/api/v1`,
    CONVERT_TRACK_URL: `${EMULATOR}/v1`,
    NEXT_TELEMETRY_DISABLED: '1',
  },
  stderr: 'pipe',
  // Lets the queue deliver and `after()` finish, as it would on a real server.
  gracefulShutdown: { signal: 'SIGTERM', timeout: 5_000 },
} as const;

export default defineConfig({
  testDir: 'e2e/specs',
  outputDir: 'test-results/e2e',
  globalSetup: './e2e/browser.ts',
  workers: 3,
  // A failing test may take its time: what a slow machine does late is not wrong.
  timeout: 60_000,
  expect: { timeout: 10_000 },
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  reporter: [['list'], ['json', { outputFile: 'test-results/e2e.json' }], ['./e2e/rendering-reporter.ts']],
  use: {
    baseURL: STOREFRONT,
    trace: 'off',
    screenshot: 'only-on-failure',
    launchOptions: chosenBrowser() ?? {},
  },
  projects: [
    // Takes longest: first, so that nothing waits for it in the end.
    // A picture of each of its pages would only bury what it says.
    { name: 'traffic', use: { ...chromium, screenshot: 'off' }, testMatch: 'traffic.spec.ts' },
    { name: 'chromium', use: chromium, testIgnore: 'traffic.spec.ts' },
  ],
  webServer: [
    {
      name: 'emulator',
      command: `node packages/emulator/dist/cli.js --port ${portOf(EMULATOR)}`,
      url: EMULATOR,
      stderr: 'pipe',
      gracefulShutdown: { signal: 'SIGTERM', timeout: 5_000 },
    },
    {
      ...app,
      env: { ...app.env, ORDER_WEBHOOK_SECRET },
      name: 'storefront',
      cwd: 'examples/storefront',
      command: `${NEXT_START} ${portOf(STOREFRONT)}`,
      url: STOREFRONT,
    },
    {
      ...app,
      name: 'fixture-app',
      cwd: 'e2e/fixture-app',
      command: `${NEXT_START} ${portOf(FIXTURE_APP)}`,
      url: FIXTURE_APP,
    },
    {
      ...app,
      name: 'rendering',
      cwd: 'examples/rendering',
      command: `${NEXT_START} ${portOf(RENDERING)}`,
      url: RENDERING,
    },
    {
      ...app,
      name: 'cache-components',
      cwd: 'examples/cache-components',
      command: `${NEXT_START} ${portOf(CACHE_COMPONENTS)}`,
      url: `${CACHE_COMPONENTS}/products/tarn-tent`,
    },
    {
      ...app,
      env: { ...app.env, CONVERT_SECRET: EDGE_SECRET },
      name: 'edge-runtime',
      cwd: 'examples/edge-runtime',
      command: `${NEXT_START} ${portOf(EDGE_RUNTIME)}`,
      url: `${EDGE_RUNTIME}/products/tarn-tent`,
    },
  ],
});
