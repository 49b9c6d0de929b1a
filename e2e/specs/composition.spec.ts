import { expect, test } from '@playwright/test';
import { FIXTURE_APP } from '../support/addresses.ts';
import { browserFetch } from '../support/browser-fetch.ts';
import { newVisitor } from '../support/visitors.ts';

// Basic auth and next-intl, which rewrites to the page of a locale, in both orders.
const PAGES = { 'inside ours': '/pricing/localized', 'around ours': '/pricing/localized-outside' };
const PASSWORD = { authorization: `Basic ${btoa('shop:open')}` };

for (const [order, path] of Object.entries(PAGES)) {
  const ask = (headers: Record<string, string>) => browserFetch(FIXTURE_APP + path, { headers, redirect: 'manual' });

  test(`with other proxies ${order}, the page of the locale is decided for the address that the visitor sees`, async () => {
    for (const variation of ['monthly-first', 'annual-first']) {
      const visitorId = newVisitor({ 'pricing-page': variation });
      const response = await ask({ ...PASSWORD, cookie: `cv_vid=${visitorId}`, 'accept-language': 'en' });
      const html = await response.text();
      expect(html).toContain('in en');
      expect(html).toMatch(new RegExp(`decided for ${visitorId}:.* pricing-page=${variation}[ ;]`));
      expect(response.headers.getSetCookie().join()).not.toContain('cv_vid');
    }
  });

  test(`with other proxies ${order}, a new visitor gets the id that the page was decided for`, async () => {
    const response = await ask({ ...PASSWORD, 'accept-language': 'en' });
    const visitorId = /cv_vid=([^;]+)/.exec(response.headers.getSetCookie().join())?.[1];
    expect(await response.text()).toContain(`decided for ${visitorId}:`);
  });

  test(`with other proxies ${order}, their answers stay what they are`, async () => {
    const refused = await ask({ cookie: 'cv_vid=visitor-1' });
    expect([refused.status, await refused.text()]).toEqual([401, 'Who are you?']);
    const redirected = await ask({ ...PASSWORD, 'accept-language': 'de' });
    expect([redirected.status, redirected.headers.get('location')]).toEqual([307, `/de${path}`]);
  });
}
