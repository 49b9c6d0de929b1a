import { expectCounted } from '../support/collector.ts';
import { convert, expectCountedTooOften, visit } from '../support/exposures.ts';
import { openLinks } from '../support/links.ts';
import { prefetchCart } from '../support/speculation.ts';
import { startUnguardedServer } from '../support/unguarded-server.ts';
import { GALLERY, PRICING, SHIPPING, test, VARIATIONS } from '../support/way-to-be-wrong.ts';

// Pages that the server renders although nobody may ever look at them: it decides for them, and counts nothing.

const WAYS = [
  { pages: 'pages that a <Link> prefetches', prefetch: openLinks, exposures: [PRICING, GALLERY] },
  { pages: 'a document that is prefetched', prefetch: prefetchCart, exposures: [SHIPPING] },
];

for (const { pages, prefetch } of WAYS) {
  test(`nothing is counted for ${pages}`, async ({ page }) => {
    const visitorId = await visit(page.context(), VARIATIONS);
    await prefetch(page);
    await convert(page);
    await expectCounted(visitorId, ['goal newsletter-signup ()']);
  });
}

test.describe('without only decided', () => {
  test.use({
    async served({ browserName: _ }, use, testInfo) {
      const server = await startUnguardedServer(testInfo.outputPath('server'), 'only decided');
      await use({ ...server, cut: (script) => script });
      await server.stop();
    },
  });

  test('an exposure is counted for each of them', async ({ page }) => {
    for (const { prefetch, exposures } of WAYS) {
      const visitorId = await visit(page.context(), VARIATIONS);
      await prefetch(page);
      await convert(page);
      for (const exposure of exposures) await expectCountedTooOften(visitorId, exposure, 0);
    }
  });
});
