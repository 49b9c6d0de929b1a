import { startEmulator } from '@convert-fullstack/emulator';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { browserFetch } from '../support/browser-fetch.ts';
import { open } from '../support/hydrated.ts';
import { freePort, startApp } from '../support/servers.ts';
import { newVisitor, visitAs } from '../support/visitors.ts';

/** The dashboard asks by itself every five seconds; a busy machine takes longer. */
const PATIENCE = { timeout: 30_000 };

test('the dashboard shows whom the shop has assigned, exposed and converted, once the shop is there', async ({
  page,
  browser,
}) => {
  test.setTimeout(120_000);
  const port = await freePort();
  const emulator = await startEmulator({ health: `http://localhost:${port}/api/health` });
  try {
    await page.goto(emulator.dashboardUrl);
    await expect(page.locator('#health')).toContainText(`localhost:${port}/api/health cannot be reached`);

    const { configUrl, trackUrl, sdkKey } = emulator;
    const shop = await startApp('storefront', { configUrl, trackUrl, sdkKey, port });
    try {
      await see(browser, shop.url, 'original');
      const customer = await see(browser, shop.url, 'trail-story');
      await customer.getByTestId('hero-cta').click();
      await takeNothingButHtml(shop.url, 'trail-story');

      const hero = page.locator('.card', { hasText: 'home-hero' });
      const rows = hero.getByTestId('health').locator('tbody tr');
      await expect
        .poll(
          () => rows.evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent))),
          PATIENCE,
        )
        .toEqual([
          ['Original hero', '1', '1', '0'],
          ['Trail story', '2', '1', '1'],
          ['Silent loop', '0', '0', '0'],
        ]);
      await expect(page.locator('#health')).toBeHidden();
      await expect(hero.locator('.verdict')).toContainText('Too few visitors yet');
      await expect(hero.locator('.facts')).toContainText('2 visitors');
    } finally {
      await shop.stop();
    }
    await expect(page.locator('#health')).toContainText('cannot be reached', PATIENCE);
    await expect(page.getByTestId('health')).toHaveCount(0);
  } finally {
    await emulator.close();
  }
});

/** A new visitor of this variation, who has it in view. */
async function see(browser: Browser, shop: string, variation: string): Promise<Page> {
  const context = await browser.newContext();
  await visitAs(context, newVisitor({ 'home-hero': variation }));
  const page = await context.newPage();
  await open(page, shop);
  return page;
}

/** Assigned, and never exposed: no script runs. */
async function takeNothingButHtml(shop: string, variation: string): Promise<void> {
  const response = await browserFetch(shop, {
    headers: { cookie: `cv_vid=${newVisitor({ 'home-hero': variation })}` },
  });
  expect(await response.text()).toContain(`data-variation="${variation}"`);
}
