import { describe, expect, it } from 'vitest';
import { maxBodyBytes } from '../src/track-routes.ts';
import { runEmulator } from './emulator.ts';
import {
  accountId,
  batch,
  conversion,
  exposure,
  goals,
  homeHero,
  pricingPage,
  projectId,
  send,
  visitor,
} from './sample.ts';

const seen = exposure(homeHero.id, homeHero.original);

describe('tracking events', () => {
  it('are accepted by key and by ids, and kept one by one', async () => {
    const { trackUrl, events, rejected } = await runEmulator();
    const purchase = conversion(goals.purchase, {
      goalData: [
        { key: 'amount', value: 12.5 },
        { key: 'transactionId', value: 'T-1' },
        { key: 'customDimension1', value: ['red', 'blue'] },
      ],
      bucketingData: { [homeHero.id]: homeHero.original },
    });
    const segments = { country: 'DE', devices: ['DESK'], visitorType: 'new', customSegments: ['300983001'] };
    const response = await send(trackUrl, batch({ ...visitor('v-1', seen, purchase), segments }, visitor('v-2', seen)));
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ code: 200, message: 'OK' });

    const byIds = await fetch(`${trackUrl}/track/${accountId}/${projectId}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'User-Agent': 'ConvertAgent/1.0' },
      body: JSON.stringify(batch(visitor('v-3', seen))),
    });
    expect(byIds.status).toBe(200);
    expect(rejected()).toEqual([]);
    expect(events()).toMatchObject([
      { visitorId: 'v-1', eventType: 'bucketing', segments },
      { visitorId: 'v-1', eventType: 'conversion', data: { goalId: goals.purchase } },
      { visitorId: 'v-2', eventType: 'bucketing', data: { variationId: homeHero.original } },
      { visitorId: 'v-3', eventType: 'bucketing' },
    ]);
  });

  it('may come from a browser as a beacon of plain text', async () => {
    const { trackUrl, events } = await runEmulator();
    const beacon = { 'Content-Type': 'text/plain;charset=UTF-8', 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64)' };
    expect((await send(trackUrl, batch(visitor('v', seen)), beacon)).status).toBe(200);
    expect(events()).toHaveLength(1);
  });

  it.each(['curl/8.5.0', 'node'])('of a sender such as %s are answered with 200 and discarded', async (userAgent) => {
    const { trackUrl, events, discarded, rejected } = await runEmulator();
    const response = await send(trackUrl, batch(visitor('v', seen)), { 'User-Agent': userAgent });
    expect(response.status).toBe(200);
    expect(events()).toEqual([]);
    expect(rejected()).toEqual([]);
    expect(discarded()).toMatchObject([{ userAgent, reason: expect.stringContaining('ConvertAgent/1.0') }]);
  });

  it('may be sent by pages of any origin', async () => {
    const { trackUrl } = await runEmulator();
    const preflight = await fetch(`${trackUrl}/track/local`, {
      method: 'OPTIONS',
      headers: { Origin: 'https://shop.example', 'Access-Control-Request-Method': 'POST' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
    expect(preflight.headers.get('access-control-allow-methods')).toContain('POST');
    expect((await send(trackUrl, 'no')).headers.get('access-control-allow-origin')).toBe('*');
  });
});

describe('a tracking request is refused', () => {
  const unattributed = visitor('v', conversion(goals.purchase));
  const withData = (data: unknown) => batch(visitor('v', conversion(goals.purchase, { goalData: data })));
  const withSegments = (segments: object) => batch({ ...unattributed, segments });
  const withBucketing = (bucketingData: object) => batch(visitor('v', conversion(goals.purchase, { bucketingData })));
  const data = 'visitors[0].events[0].data';

  it.each<[string, unknown, string, RegExp]>([
    [
      'of another account',
      { ...batch(unattributed), accountId: '1' },
      'accountId',
      /is "1", this project's is "30098000"/,
    ],
    ['of another project', { ...batch(unattributed), projectId: '1' }, 'projectId', /is "1"/],
    ['with ids that are numbers', { ...batch(unattributed), accountId: 30098000 }, 'accountId', /must be a string/],
    ['without enrichData', { ...batch(unattributed), enrichData: undefined }, 'enrichData', /is missing/],
    ['with an unknown member', { ...batch(unattributed), extra: 1 }, 'extra', /is not a member of the wire format/],
    ['with an empty source', { ...batch(unattributed), source: '' }, 'source', /must not be empty/],
    ['without visitors', batch(), 'visitors', /must not be empty/],
    ['without events', batch(visitor('v')), 'visitors[0].events', /must not be empty/],
    ['with an empty visitor id', batch(visitor('', seen)), 'visitors[0].visitorId', /must not be empty/],
    [
      'with a visitor given twice',
      batch(visitor('v', seen), visitor('v', seen)),
      'visitors[1].visitorId',
      /one per visitor/,
    ],
    [
      'with an unknown event type',
      batch(visitor('v', { eventType: 'click', data: {} })),
      'visitors[0].events[0].eventType',
      /"click"/,
    ],
    [
      'with a key in place of an id',
      batch(visitor('v', exposure('home-hero', homeHero.original))),
      `${data}.experienceId`,
      /"home-hero" \(that is a key; its id is "3009860001"\)/,
    ],
    [
      'with a variation of another experience',
      batch(visitor('v', seen, exposure(homeHero.id, pricingPage.annualFirst))),
      'visitors[0].events[1].data.variationId',
      /names no variation of "home-hero"/,
    ],
    [
      'without a variation',
      batch(visitor('v', { eventType: 'bucketing', data: { experienceId: homeHero.id } })),
      `${data}.variationId`,
      /is missing/,
    ],
    ['with an unknown goal', batch(visitor('v', conversion('9'))), `${data}.goalId`, /names no goal: "9"/],
    [
      'with a null part',
      batch(visitor('v', conversion(goals.purchase, { bucketingData: null }))),
      `${data}.bucketingData`,
      /is null/,
    ],
    ['with empty bucketing data', withBucketing({}), `${data}.bucketingData`, /at least one/],
    [
      'with an unknown experience in bucketing data',
      withBucketing({ '9': '8' }),
      `${data}.bucketingData["9"]`,
      /names no experience/,
    ],
    [
      'with bucketing data whose variation is of another experience',
      withBucketing({ [homeHero.id]: pricingPage.annualFirst }),
      `${data}.bucketingData["${homeHero.id}"]`,
      /names no variation/,
    ],
    ['with empty goal data', withData([]), `${data}.goalData`, /must not be empty/],
    ['with an unknown goal data key', withData([{ key: 'price', value: 1 }]), `${data}.goalData[0].key`, /"price"/],
    [
      'with an amount that is no number',
      withData([{ key: 'amount', value: 'ten' }]),
      `${data}.goalData[0].value`,
      /must be a number/,
    ],
    [
      'with a list where one value belongs',
      withData([{ key: 'transactionId', value: ['T'] }]),
      `${data}.goalData[0].value`,
      /\["T"\]/,
    ],
    [
      'with a list item that is too long',
      withData([{ key: 'customDimension1', value: ['x'.repeat(33)] }]),
      `${data}.goalData[0].value`,
      /at most 32/,
    ],
    [
      'with a goal data key given twice',
      withData([
        { key: 'amount', value: 1 },
        { key: 'amount', value: 2 },
      ]),
      `${data}.goalData[1].key`,
      /given twice/,
    ],
    ['with empty segments', withSegments({}), 'visitors[0].segments', /must not be empty/],
    ['with an unknown segment', withSegments({ plan: 'pro' }), 'visitors[0].segments.plan', /not a member/],
    [
      'with a country of three letters',
      withSegments({ country: 'USA' }),
      'visitors[0].segments.country',
      /two letters/,
    ],
    [
      'with an unknown browser',
      withSegments({ browser: 'chrome' }),
      'visitors[0].segments.browser',
      /must be one of IE/,
    ],
    [
      'with a device that is not in a list',
      withSegments({ devices: 'DESK' }),
      'visitors[0].segments.devices',
      /must be a list/,
    ],
    [
      'with a custom segment that the project does not have',
      withSegments({ customSegments: ['9'] }),
      'visitors[0].segments.customSegments[0]',
      /names no segment/,
    ],
    ['that is not an object', '[1]', 'accountId', /is missing/],
  ])('%s', async (_, body, field, reason) => {
    const { trackUrl, events, rejected } = await runEmulator();
    const response = await send(trackUrl, body);
    expect(response.status).toBe(400);
    const answer = await response.json();
    expect(answer).toMatchObject({ code: 400, message: expect.stringMatching(reason) });
    expect(answer).toHaveProperty('fields.0', field);
    expect(rejected()).toMatchObject([{ code: 400, reason: expect.stringMatching(reason) }]);
    expect(events()).toEqual([]);
  });

  it('for a member that hides in the prototype', async () => {
    const { trackUrl } = await runEmulator();
    const body = JSON.stringify(withBucketing({ key: 'x' })).replace('"key"', '"__proto__"');
    const response = await send(trackUrl, body);
    expect(response.status).toBe(400);
    expect(await response.json()).toHaveProperty('fields.0', `${data}.bucketingData["__proto__"]`);
  });

  it('as a whole when one of its events is wrong', async () => {
    const { trackUrl, events } = await runEmulator();
    await send(trackUrl, batch(visitor('good', seen), visitor('bad', conversion('9'))));
    expect(events()).toEqual([]);
  });

  it('when it is not JSON, too large, of another media type or for another project', async () => {
    const { trackUrl, rejected } = await runEmulator({ sdkKeys: ['local'] });
    expect((await send(trackUrl, '{"accountId":')).status).toBe(400);
    expect((await send(trackUrl, 'x'.repeat(maxBodyBytes + 1))).status).toBe(413);
    expect((await send(trackUrl, '{}', { 'Content-Type': 'application/x-www-form-urlencoded' })).status).toBe(415);
    expect((await fetch(`${trackUrl}/track/other`, { method: 'POST', body: '{}' })).status).toBe(404);
    expect((await fetch(`${trackUrl}/track/local`)).status).toBe(405);
    expect(rejected().map(({ code }) => code)).toEqual([400, 413, 415, 404]);
  });
});
