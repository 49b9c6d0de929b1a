import './async-storage.ts';
import { RECEIPT_COOKIE } from '@convert-fullstack/core/bridge';
import { visitorRefOf } from '@convert-fullstack/server';
import { NextRequest } from 'next/server.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  BROWSER,
  convertWith,
  HERO,
  pageRequest,
  resetProcess,
  SITE,
  sampleProject,
  startService,
} from './fixtures.ts';
import { inRequest } from './request-scope.ts';

const PURCHASE = '300985003';
const ofBrowser = { host: 'shop.example', 'user-agent': BROWSER };

beforeEach(resetProcess);
afterEach(resetProcess);

describe('convert.trackConversion()', () => {
  async function withCollector() {
    const service = await startService((_request, response) => response.writeHead(404).end());
    return { service, convert: convertWith({ transport: { trackUrl: service.url } }) };
  }

  it('is delivered after the response', async () => {
    const { service, convert } = await withCollector();
    const { result, afterResponse } = await inRequest(pageRequest('/', { cookie: 'cv_vid=visitor-1' }), () =>
      convert.trackConversion('purchase', { revenue: 49.99 }),
    );
    expect(result).toEqual({ status: 'queued', tracked: true, reason: null });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(service.tracked).toEqual([]);
    await afterResponse();
    expect(service.tracked).toMatchObject([
      {
        visitors: [
          {
            visitorId: 'visitor-1',
            events: [{ data: { goalId: '300985003', goalData: [{ key: 'amount', value: 49.99 }] } }],
          },
        ],
      },
    ]);
  });

  it('counts a goal once per visitor and credits what the visitor saw', async () => {
    const { service, convert } = await withCollector();
    const shown = [{ type: 'exposure', experienceId: HERO.id, variationId: '3009870002' }];
    const cookie = 'cv_vid=visitor-1';
    const report = new NextRequest(`${SITE}/api/convert/events`, {
      method: 'POST',
      body: JSON.stringify({ events: shown }),
      headers: { ...ofBrowser, cookie, 'content-type': 'application/json' },
    });
    expect((await convert.handlers.POST(report)).status).toBe(202);
    const { result, afterResponse } = await inRequest(pageRequest('/', { cookie }), async () => [
      await convert.trackConversion('add-to-cart'),
      await convert.trackConversion('add-to-cart'),
      await convert.trackConversion('no-such-goal'),
    ]);
    expect(result.map(({ status }) => status)).toEqual(['queued', 'deduplicated', 'goal_not_found']);
    await afterResponse();
    await vi.waitFor(() => expect(service.tracked.flatMap(({ visitors }) => visitors)).toHaveLength(2));
    expect(JSON.stringify(service.tracked)).toContain(`"bucketingData":{"${HERO.id}":"3009870002"}`);
  });

  it('waits for a config that comes late, longer than the action', async () => {
    let arrive = (): void => {};
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const service = await startService(async (_request, response) => {
      await arrived;
      response.writeHead(200).end(JSON.stringify(sampleProject()));
    });
    const transport = { configUrl: service.url, trackUrl: service.url };
    const convert = convertWith({ sdkKey: 'sdk-key-late', transport, timeoutMs: 30 });
    const { result, afterResponse } = await inRequest(pageRequest('/', { cookie: 'cv_vid=visitor-1' }), () =>
      convert.trackConversion('purchase', { revenue: 49.99 }),
    );
    expect(result).toEqual({ status: 'queued', tracked: true, reason: null });
    const delivered = afterResponse();
    arrive();
    await delivered;
    expect(service.tracked.flatMap(({ visitors }) => visitors)).toMatchObject([
      { visitorId: 'visitor-1', events: [{ data: { goalId: PURCHASE } }] },
    ]);
  });

  it('throws for conversion data that cannot be sent', async () => {
    const { convert } = await withCollector();
    const tracking = inRequest(pageRequest('/', { cookie: 'cv_vid=a' }), () =>
      convert.trackConversion('purchase', { revenue: Number.NaN }),
    );
    await expect(tracking).rejects.toMatchObject({ code: 'conversion_data_invalid' });
  });
});

describe('convert.trackConversion() for a named visitor', () => {
  it('counts for whom the application names, whoever sends the request and whatever they allow', async () => {
    const service = await startService((_request, response) => response.writeHead(404).end());
    const convert = convertWith({ transport: { trackUrl: service.url }, consent: () => 'denied' });
    const webhook = pageRequest('/', { cookie: 'cv_vid=somebody-else', 'user-agent': 'Shopify-Captain-Hook' });
    const { result, afterResponse, setCookies } = await inRequest(webhook, () =>
      convert.trackConversion('purchase', { visitorId: 'visitor-1', revenue: 10 }),
    );
    expect(result).toMatchObject({ status: 'queued' });
    await afterResponse();
    expect(service.tracked.flatMap(({ visitors }) => visitors.map(({ visitorId }) => visitorId))).toEqual([
      'visitor-1',
    ]);
    // The browser that gets this answer is not the visitor's.
    expect(setCookies).toEqual([]);
  });

  it('works where there is no request, in a job for example', async () => {
    const service = await startService((_request, response) => response.writeHead(404).end());
    const convert = convertWith({ transport: { trackUrl: service.url } });
    expect(await convert.trackConversion('purchase', { visitorId: 'visitor-1' })).toMatchObject({ tracked: true });
    await vi.waitFor(() => expect(service.tracked).toHaveLength(1));
  });

  it.each([null, undefined, '', 'a b', '<script>', 'x'.repeat(129)])('counts for nobody when it is %j', async (id) => {
    const request = pageRequest('/', { cookie: 'cv_vid=visitor-1' });
    const { result } = await inRequest(request, () => convertWith().trackConversion('purchase', { visitorId: id }));
    expect(result).toEqual({ status: 'tracking_off', tracked: false, reason: 'tracking_off' });
  });
});

describe('the receipt of a conversion', () => {
  const track = (
    cookie: string,
    goals: readonly string[],
    { phase, ...options }: { phase?: 'render'; forceMultiple?: boolean } = {},
  ) => {
    const convert = convertWith({ cookie: { domain: '.shop.example', httpOnly: true } });
    return inRequest(
      pageRequest('/', { cookie: `cv_vid=visitor-1; ${cookie}` }),
      async () => {
        const statuses: string[] = [];
        for (const goal of goals) statuses.push((await convert.trackConversion(goal, options)).status);
        return statuses;
      },
      phase && { phase },
    );
  };
  const receiptIn = (setCookie = '') => decodeURIComponent(/^cv_receipt=([^;]*)/.exec(setCookie)?.[1] ?? '');

  it('is left in the browser by a server action, readable by scripts and next to the visitor’s cookie', async () => {
    const { result, setCookies } = await track('', ['purchase']);
    expect(result).toEqual(['queued']);
    expect(setCookies).toHaveLength(1);
    expect(receiptIn(setCookies[0])).toBe(`${await visitorRefOf('visitor-1')}..${PURCHASE}`);
    expect(setCookies[0]).toMatch(
      /; Path=\/; Expires=[^;]+; Max-Age=31536000; Domain=\.shop\.example; Secure; SameSite=lax$/,
    );
  });

  it('names every goal of one request, newest first', async () => {
    const { result, setCookies } = await track('', ['purchase', 'add-to-cart', 'no-such-goal', 'purchase']);
    expect(result).toEqual(['queued', 'queued', 'goal_not_found', 'deduplicated']);
    expect(setCookies).toHaveLength(1);
    expect(receiptIn(setCookies[0])).toMatch(new RegExp(`^[^.]+\\.\\.\\d+-${PURCHASE}$`));
  });

  it('keeps what the relay has put into it', async () => {
    const ref = await visitorRefOf('visitor-1');
    const { setCookies } = await track(`${RECEIPT_COOKIE}=${ref}.batch0001.300985999`, ['purchase']);
    expect(receiptIn(setCookies[0])).toBe(`${ref}.batch0001.${PURCHASE}-300985999`);
  });

  it('keeps a goal that the browser or another process has counted from being counted again', async () => {
    const ref = await visitorRefOf('visitor-1');
    const cookie = `${RECEIPT_COOKIE}=${ref}..${PURCHASE}`;
    const again = await track(cookie, ['purchase', 'add-to-cart']);
    expect(again.result).toEqual(['deduplicated', 'queued']);
    resetProcess();
    const forced = await track(cookie, ['purchase'], { forceMultiple: true });
    expect([forced.result, forced.setCookies]).toEqual([['queued'], []]);
  });

  it('is looked at outside the App Router too', async () => {
    const cookie = `cv_vid=visitor-1; ${RECEIPT_COOKIE}=${await visitorRefOf('visitor-1')}..${PURCHASE}`;
    const headers = { ...ofBrowser, cookie };
    expect(await convertWith().trackConversion('purchase', { headers })).toMatchObject({ status: 'deduplicated' });
  });

  it.each(['garbage', '..', `${'A'.repeat(16)}..${PURCHASE}`, `%zz..${PURCHASE}`])(
    'means nothing when it is malformed or another visitor’s: %s',
    async (value) => {
      expect((await track(`${RECEIPT_COOKIE}=${value}`, ['purchase'])).result).toEqual(['queued']);
    },
  );

  it('cannot be left by a Server Component, which counts all the same', async () => {
    const { result, setCookies } = await track('', ['purchase'], { phase: 'render' });
    expect([result, setCookies]).toEqual([['queued'], []]);
  });

  it('is not left when nothing was counted', async () => {
    expect((await track('', ['no-such-goal'])).setCookies).toEqual([]);
  });
});
