import { expect, test } from '@playwright/test';
import { expectCounted } from '../support/collector.ts';
import { open } from '../support/hydrated.ts';
import { collectErrors } from '../support/page-errors.ts';
import { newVisitor, visitAs } from '../support/visitors.ts';

const { MATRIX_EMULATOR: emulator, MATRIX_ROUTERS: routers = '' } = process.env;

const HEADLINES = { 'monthly-first': 'Belong by the month', 'annual-first': 'A year outside' };

for (const router of routers.split(',')) {
  for (const [variation, headline] of Object.entries(HEADLINES)) {
    test(`${router} router: ${variation} from the first HTML on, counted once, converted once`, async ({ page }) => {
      const visitorId = newVisitor({ 'pricing-page': variation });
      await visitAs(page.context(), visitorId);
      const html = await (await page.request.get(`/pricing/${router}`)).text();
      expect(html).toContain(`data-variation="${variation}"`);
      expect(html).toContain(headline);

      const errors = collectErrors(page);
      await open(page, `/pricing/${router}`);
      await expect(page.getByTestId('pricing')).toHaveAttribute('data-variation', variation);
      await expect(page.getByRole('heading')).toHaveText(headline);
      await page.getByTestId('choose').click();
      await page.getByTestId('choose').click();
      await expectCounted(
        visitorId,
        [`pricing-page: ${variation}`, `goal plan-selected (pricing-page: ${variation})`],
        emulator,
      );
      expect(errors).toEqual([]);
    });
  }

  test(`${router} router, control: a page that differs between server and browser would have been noticed`, async ({
    page,
  }) => {
    const errors = collectErrors(page);
    await open(page, `/mismatch/${router}`);
    await expect(page.getByTestId('mismatch')).toHaveText('object');
    expect(errors).not.toEqual([]);
  });
}
