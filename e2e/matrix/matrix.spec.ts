import { expect, type Page, test } from '@playwright/test';
import { expectCounted } from '../support/collector.ts';
import { open } from '../support/hydrated.ts';
import { collectErrors } from '../support/page-errors.ts';
import { newVisitor, visitAs } from '../support/visitors.ts';

const { MATRIX_EMULATOR: emulator, MATRIX_ROUTERS: routers = '' } = process.env;

const HEADLINES = { 'monthly-first': 'Belong by the month', 'annual-first': 'A year outside' };

const ROUTERS = routers.split(',');
const SERVED = ROUTERS.flatMap((router) => (router === 'pages' ? ['pages', 'static'] : [router]));

for (const [variation, headline] of Object.entries(HEADLINES)) {
  const exposure = `pricing-page: ${variation}`;

  /** A visitor of this variation looks at the page and converts. `expectHtml`: what the server's HTML has to be like. */
  async function visit(page: Page, path: string, expectHtml: (html: string) => void): Promise<void> {
    const visitorId = newVisitor({ 'pricing-page': variation });
    await visitAs(page.context(), visitorId);
    expectHtml(await (await page.request.get(path)).text());

    const errors = collectErrors(page);
    await open(page, path);
    await expect(page.getByTestId('pricing')).toHaveAttribute('data-variation', variation);
    await expect(page.getByRole('heading')).toHaveText(headline);
    await expectCounted(visitorId, [exposure], emulator);
    await page.getByTestId('choose').click();
    await page.getByTestId('choose').click();
    await expectCounted(visitorId, [exposure, `goal plan-selected (${exposure})`], emulator);
    expect(errors).toEqual([]);
  }

  for (const name of SERVED) {
    test(`/pricing/${name}: ${variation} from the first HTML on, counted once, converted once`, async ({ page }) => {
      await visit(page, `/pricing/${name}`, (html) => {
        expect(html).toContain(`data-variation="${variation}"`);
        expect(html).toContain(headline);
      });
    });
  }

  if (ROUTERS.includes('pages')) {
    test(`/pricing/client-only: ${variation}, decided in the browser, counted once, converted once`, async ({
      page,
    }) => {
      await visit(page, '/pricing/client-only', (html) => {
        expect(html).toContain('One moment');
        expect(html).not.toContain(headline);
      });
    });
  }
}

for (const router of ROUTERS) {
  test(`${router} router, control: a page that differs between server and browser would have been noticed`, async ({
    page,
  }) => {
    const errors = collectErrors(page);
    await open(page, `/mismatch/${router}`);
    await expect(page.getByTestId('mismatch')).toHaveText('object');
    expect(errors).not.toEqual([]);
  });
}
