import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from '@playwright/test';
import { FIXTURE_APP, STOREFRONT } from '../support/addresses.ts';
import { browserFetch } from '../support/browser-fetch.ts';
import { eventsOf, expectCounted } from '../support/collector.ts';
import { variationIn } from '../support/storefront-pages.ts';
import { newVisitor, visitAs } from '../support/visitors.ts';

const RELAY = `${STOREFRONT}/api/convert/events`;
const VISIT = 'x-convert-visit';

test.describe('a visit header that the proxy did not write changes nothing', () => {
  for (const path of ['/pricing/payload', '/unmatched']) {
    test(`on ${path}`, async () => {
      const visitorId = newVisitor({ 'pricing-page': 'monthly-first' });
      const other = newVisitor({ 'pricing-page': 'annual-first' });
      const honest = await decidedFor(path, visitorId);
      expect(honest).toContain(`${visitorId}: pricing-page=monthly-first`);
      for (const forged of await forgeries(visitorId, other)) {
        expect(await decidedFor(path, visitorId, forged), forged).toBe(honest);
      }
    });
  }

  test('for somebody without a cookie', async () => {
    for (const forged of await forgeries(newVisitor({ 'pricing-page': 'monthly-first' }), newVisitor())) {
      expect(await decidedFor('/unmatched', null, forged), forged).toContain('decided for null: ;');
    }
  });

  test('and does not get past the proxy', async () => {
    const visitorId = newVisitor({ 'pricing-page': 'monthly-first' });
    for (const forged of await forgeries(visitorId, newVisitor())) {
      const seen = await visitHeaderSeen(visitorId, forged);
      expect(seen, forged).toMatch(/^\d+\.[0-9a-f-]{36}$/);
      expect(seen).not.toBe(forged);
    }
  });
});

test.describe('a hostile cookie', () => {
  const MARK = 'h0stile';
  const VALUES = [
    `<script>alert("${MARK}")</script>`,
    `"><img src=x onerror=alert(${MARK})>`,
    `%3Cscript%3E${MARK}%3C%2Fscript%3E`,
    `%22%7D%5D%29%3C%2Fscript%3E${MARK}`,
    `${MARK}%00`,
    `${MARK}%0D%0Aset-cookie:%20${MARK}=1`,
    `%E0%A4%A ${MARK}`,
    `${MARK}\u00ff`,
    `"${MARK}"; cv_vid="${MARK}\\"`,
    MARK.repeat(1_463),
  ];

  test('is replaced and appears nowhere in the page', async () => {
    for (const value of VALUES) {
      const response = await browserFetch(STOREFRONT, { headers: { cookie: `cv_vid=${value}` } });
      const html = await response.text();
      expect(response.status, value).toBe(200);
      expect(response.headers.get('set-cookie'), value).toMatch(/^cv_vid=[0-9a-f-]{36}; /);
      expect(JSON.stringify([...response.headers]) + html, value).not.toContain(MARK);
      expect(variationIn(html, 'hero'), value).toMatch(/^(original|trail-story|silent-loop)$/);
    }
  });

  test('with a NUL byte is refused before it reaches the app', async () => {
    const { port, hostname } = new URL(STOREFRONT);
    const socket = connect(Number(port), hostname);
    socket.end(`GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncookie: cv_vid=${MARK}\0\r\n\r\n`, 'latin1');
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).not.toContain(MARK);
  });

  test('that is the name of an inherited property is an id like any other', async () => {
    for (const visitorId of ['__proto__', 'constructor', 'toString']) {
      const answers = await Promise.all(
        STOREFRONT_PATHS.map((path) => browserFetch(STOREFRONT + path, { headers: { cookie: `cv_vid=${visitorId}` } })),
      );
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    }
    const honest = await decidedFor('/pricing/payload', newVisitor({ 'pricing-page': 'annual-first' }));
    expect(honest).toContain('pricing-page=annual-first');
  });

  test('of a name that looks like ours is left alone', async () => {
    const visitorId = newVisitor({ 'home-hero': 'silent-loop' });
    const cookie = `xcv_vid=${MARK}; cv_vid2=${MARK}; __proto__=${MARK}; cv_vid=${visitorId}`;
    const response = await browserFetch(STOREFRONT, { headers: { cookie } });
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(variationIn(await response.text(), 'hero')).toBe('silent-loop');
  });
});

test.describe('the relay', () => {
  const EXPOSURE = { type: 'exposure', experienceId: '3009860002', variationId: '3009870004' };
  const GOAL = { type: 'conversion', goalKey: 'newsletter-signup' };
  const COUNTED = ['pricing-page: monthly-first', 'goal newsletter-signup (pricing-page: monthly-first)'];

  test('takes events of its own pages', async () => {
    const visitorId = newVisitor();
    const answer = await post(visitorId, { events: [EXPOSURE, GOAL] }, { origin: STOREFRONT });
    expect(answer).toEqual([202, { accepted: 2, rejected: [] }]);
    await expectCounted(visitorId, COUNTED);
  });

  test('refuses other origins', async () => {
    const visitorId = newVisitor();
    const origins = [
      'https://evil.example',
      'null',
      'http://localhost:3011',
      'http://localhost',
      `${STOREFRONT}.evil.example`,
    ];
    for (const origin of origins) {
      expect(await post(visitorId, { events: [EXPOSURE] }, { origin })).toEqual([403, { error: 'cross_origin' }]);
      const headers = { cookie: `cv_vid=${visitorId}`, origin };
      expect((await browserFetch(`${STOREFRONT}/api/convert/payload?url=/pricing`, { headers })).status).toBe(403);
    }
    for (const site of ['cross-site', 'same-site', 'none']) {
      const headers = { 'sec-fetch-site': site, origin: STOREFRONT };
      expect(await post(visitorId, { events: [EXPOSURE] }, headers)).toEqual([403, { error: 'cross_origin' }]);
    }
    await post(visitorId, { events: [GOAL] });
    await expectCounted(visitorId, ['goal newsletter-signup ()']);
  });

  test('refuses bodies that are too large, however they come', async () => {
    const visitorId = newVisitor();
    const large = JSON.stringify({ events: [EXPOSURE], padding: 'x'.repeat(64 * 1024) });
    expect(await post(visitorId, large)).toEqual([413, { error: 'body_too_large' }]);
    expect(await post(visitorId, new Blob([large]).stream())).toEqual([413, { error: 'body_too_large' }]);
    const many = { events: Array.from({ length: 501 }, () => ({})) };
    expect(await post(visitorId, many)).toEqual([413, { error: 'too_many_events' }]);
    await post(visitorId, { events: [GOAL] });
    await expectCounted(visitorId, ['goal newsletter-signup ()']);
  });

  test('refuses what is no batch', async () => {
    const visitorId = newVisitor();
    for (const malformed of ['', 'events', '{"events":[', '\ud83d']) {
      expect(await post(visitorId, malformed)).toEqual([400, { error: 'json_invalid' }]);
    }
    for (const malformed of [null, 1, [], {}, { events: {} }, { events: 'x' }]) {
      expect(await post(visitorId, malformed)).toEqual([400, { error: 'batch_invalid' }]);
    }
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(await post(visitorId, { events: [GOAL] }, form)).toEqual([415, { error: 'content_type_unsupported' }]);
    expect(await post(null, { events: [GOAL] })).toEqual([400, { error: 'visitor_missing' }]);
    expect((await fetch(RELAY)).status).toBe(405);
    expect(await eventsOf(visitorId)).toEqual([]);
  });

  test('takes only what the project knows, whatever else is in the batch', async () => {
    const visitorId = newVisitor();
    const events = [
      { ...EXPOSURE, experienceId: '1' },
      { ...EXPOSURE, variationId: '3009870001' },
      { ...EXPOSURE, experienceId: 'pricing-page' },
      { ...EXPOSURE, experienceId: '__proto__' },
      { ...GOAL, goalKey: 'no-such-goal' },
      { ...GOAL, goalKey: 'constructor' },
      { ...GOAL, revenue: 'a lot' },
      { type: 'custom' },
      null,
      EXPOSURE,
      {
        ...GOAL,
        exposed: { '3009860001': '1', ['__proto__']: '2', '3009860005': '3009870001' },
        visitorId: 'somebody',
      },
    ];
    const [status, receipt] = await post(visitorId, { events });
    expect(status).toBe(202);
    expect(receipt).toEqual({
      accepted: 2,
      rejected: Array.from({ length: 9 }, (_, index) => expect.objectContaining({ index })),
    });
    await expectCounted(visitorId, COUNTED);
  });

  test('takes nothing from pages of other sites and other ports in a real browser', async ({ page }) => {
    const visitorId = newVisitor({ 'pricing-page': 'monthly-first' });
    await visitAs(page.context(), visitorId);
    const body = JSON.stringify({ events: [EXPOSURE] });
    // The first shares site and cookie with the shop, and is not its origin. The second is another site altogether.
    for (const attacker of [FIXTURE_APP, FIXTURE_APP.replace('localhost', '127.0.0.1')]) {
      await page.goto(`${attacker}/flicker`);
      const attempts = [];
      page.on('response', (response) => response.url() === RELAY && attempts.push(response.status()));
      await page.evaluate(
        async ([url = '', text = '']) => {
          for (const type of ['text/plain', 'application/json']) {
            const request = { method: 'POST', headers: { 'content-type': type }, body: text } as const;
            await fetch(url, { ...request, credentials: 'include', mode: 'no-cors' }).catch(() => {});
            await fetch(url, { ...request, credentials: 'include' }).catch(() => {});
          }
          navigator.sendBeacon(url, text);
          const form = document.createElement('form');
          const input = document.createElement('input');
          Object.assign(form, { method: 'post', action: url, enctype: 'text/plain' });
          Object.assign(input, { name: text.slice(0, -1), value: '}' });
          form.append(input);
          document.body.append(form);
          form.submit();
        },
        [RELAY, body],
      );
      await page.waitForURL(RELAY);
      await expect(page.locator('body')).toContainText('cross_origin');
      expect(attempts.length).toBeGreaterThan(1);
      page.removeAllListeners('response');
    }
    await post(visitorId, { events: [GOAL] });
    await expectCounted(visitorId, ['goal newsletter-signup ()']);
  });
});

const STOREFRONT_PATHS = ['/', '/pricing', '/products/drift-shell', '/cart'];

async function post(
  visitorId: string | null,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<[status: number, answer: unknown]> {
  const isRaw = typeof body === 'string' || body instanceof ReadableStream;
  const request: RequestInit & { duplex: 'half' } = {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(visitorId && { cookie: `cv_vid=${visitorId}` }), ...headers },
    body: isRaw ? body : JSON.stringify(body),
    duplex: 'half',
  };
  const response = await browserFetch(RELAY, request);
  return [response.status, await response.json()];
}

/** What a page of the fixture app was decided with: visitor and variations. */
async function decidedFor(path: string, visitorId: string | null, visit?: string): Promise<string> {
  const headers = { ...(visitorId && { cookie: `cv_vid=${visitorId}` }), ...(visit && { [VISIT]: visit }) };
  const html = await (await browserFetch(FIXTURE_APP + path, { headers })).text();
  return /decided for [^;]*;/.exec(html)?.[0] ?? html;
}

/** The visit header as pages see it when the browser sends this one. */
async function visitHeaderSeen(visitorId: string, visit?: string): Promise<string> {
  const headers = { cookie: `cv_vid=${visitorId}`, ...(visit && { [VISIT]: visit }) };
  const seen = (await (await browserFetch(`${FIXTURE_APP}/pricing/headers`, { headers })).json()) as Record<
    string,
    string
  >;
  return seen[VISIT] ?? '';
}

/** Headers that claim another visitor and another variation, also made from a real one. */
async function forgeries(visitorId: string, other: string): Promise<string[]> {
  const real = await visitHeaderSeen(visitorId);
  const [slot, name] = real.split('.');
  expect(name).toMatch(/^[0-9a-f-]{36}$/);
  const claim = `2;${other};granted;human;known;GET;-;3009860002:3009870005;-`;
  const signed = (key: string | Buffer) => `${createHmac('sha256', key).update(claim).digest('base64url')};${claim}`;
  const decisions = [['3009860002', '3009870005']];
  const json = JSON.stringify({ visitorId: other, isNew: false, url: null, decisions });
  return [
    'garbage',
    ';'.repeat(50),
    'a'.repeat(4_000),
    json,
    Buffer.from(json).toString('base64url'),
    claim,
    signed(randomBytes(32)),
    signed('e2e'),
    signed('x-convert-visit/2\n'),
    `${slot}.${randomUUID()}`,
    `${slot}.`,
    `${Number(slot) + 1}.${name}`,
    `${real}x`,
    '__proto__',
    '0.length',
  ];
}
