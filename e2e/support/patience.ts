import type { Page } from '@playwright/test';

/** As the pages of `examples/rendering` say: then they show the original. */
const LIMIT_MS = 3_000;

/** Their time limit never comes, however slow the machine is. */
export async function waitForEver(page: Page): Promise<void> {
  await page.addInitScript((limit) => {
    const start = window.setTimeout;
    const startUnlessLimit = (run: TimerHandler, ms?: number, ...args: unknown[]) =>
      ms === limit ? 0 : start(run, ms, ...args);
    Object.assign(window, { setTimeout: startUnlessLimit });
  }, LIMIT_MS);
}
