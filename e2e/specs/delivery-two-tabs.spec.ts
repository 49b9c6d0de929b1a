import { type BrowserContext, expect, type Page } from '@playwright/test';
import { eventsOf, expectCounted } from '../support/collector.ts';
import { openAndSee, visit } from '../support/exposures.ts';
import { open } from '../support/hydrated.ts';
import { PRICING, SHIPPING, test, VARIATIONS } from '../support/way-to-be-wrong.ts';

// Two tabs that look at the same moment for what a third one had to leave. The moment takes a second in these tests.

const CONVERTED = `goal newsletter-signup (${PRICING})`;

test.describe(() => {
  test.use({ without: ['in one go'] });

  test('what could not be delivered is sent and counted once when two tabs find it at the same moment', async ({
    context,
  }) => {
    const { visitorId, tabs } = await findInTwoTabs(context);
    const batches: string[] = [];
    context.on('request', (request) => {
      const body = request.postData() ?? '';
      if (body.includes('newsletter-signup') && tabs.includes(request.frame().page())) batches.push(body);
    });
    await expectCounted(visitorId, [PRICING, CONVERTED]);
    // Each has had its turn, and sends what it has when it goes on.
    for (const tab of tabs) await tab.evaluate(() => navigator.locks.request('cv_queue', () => {}));
    for (const tab of tabs) await open(tab, '/cart');
    await expectCounted(visitorId, [PRICING, CONVERTED, SHIPPING]);
    expect(batches).toHaveLength(1);
  });
});

test.describe('without one tab at a time, memory of the server', () => {
  test.use({ without: ['in one go', 'one tab at a time', 'memory of the server'] });

  test('it is counted twice', async ({ context }) => {
    const { visitorId } = await findInTwoTabs(context);
    const counted = async () => (await eventsOf(visitorId)).filter((event) => event === CONVERTED);
    await expect.poll(counted, { timeout: 15_000 }).toHaveLength(2);
  });
});

async function findInTwoTabs(context: BrowserContext): Promise<{ visitorId: string; tabs: readonly Page[] }> {
  const visitorId = await visit(context, VARIATIONS);
  const [left, ...tabs] = await Promise.all([context.newPage(), context.newPage(), context.newPage()]);
  for (const tab of [left, ...tabs]) await openAndSee(tab, '/pricing/target');
  await expectCounted(visitorId, [PRICING]);

  await context.setOffline(true);
  const failed = left.waitForEvent('requestfailed');
  await left.getByTestId('convert').click();
  await failed;
  const closed = left.waitForEvent('close');
  await left.close({ runBeforeUnload: true });
  await closed;
  // Tells both.
  await context.setOffline(false);
  return { visitorId, tabs };
}
