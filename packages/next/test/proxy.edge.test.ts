// @vitest-environment edge-runtime
import { NextRequest, NextResponse } from 'next/server.js';
import { expect, it, onTestFinished, vi } from 'vitest';
import project from '../../emulator/projects/sample-project.json' with { type: 'json' };
import { createConvert, type ProxyVisitor } from '../src/index.ts';

const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
const SITE = 'https://shop.example';
const VISIT = 'x-convert-visit';

const request = (path = '/', headers: Record<string, string> = {}) =>
  new NextRequest(`http://localhost:3000${path}`, {
    headers: { host: 'shop.example', 'x-forwarded-proto': 'https', 'user-agent': BROWSER, ...headers },
  });
const event = undefined as never;
const overridden = (answer: Response, name: string) => answer.headers.get(`x-middleware-request-${name}`);

it('runs without Node', () => {
  expect('EdgeRuntime' in globalThis).toBe(true);
});

it('decides, signs and sets the cookie in an edge middleware', async () => {
  const visitors: ProxyVisitor[] = [];
  const convert = createConvert({ data: project, environment: 'production', secret: 'shared' });
  const proxy = convert.proxy((inner, visitor) => {
    visitors.push(visitor);
    return NextResponse.rewrite(new URL('/internal', inner.url));
  });
  const answer = await proxy(request(), event);
  const visitorId = visitors[0]?.visitorId;
  expect(visitors[0]?.experience('home-hero')).toMatchObject({ experienceKey: 'home-hero' });
  expect(answer.headers.get('set-cookie')).toBe(`cv_vid=${visitorId}; Max-Age=31536000; Path=/; Secure; SameSite=Lax`);
  expect(answer.headers.get('x-middleware-rewrite')).toBe('http://localhost:3000/internal');
  expect(overridden(answer, 'cookie')).toBe(`cv_vid=${visitorId}`);
  const page = { cookie: overridden(answer, 'cookie') ?? '', [VISIT]: overridden(answer, VISIT) ?? '' };
  const payload = await convert.payload({ headers: page });
  expect(payload).toMatchObject({ visitorId });
  expect(payload.experiences.map(({ experienceKey }) => experienceKey)).toContain('home-hero');
});

it('strips a forged header and fails open in an edge middleware', async () => {
  const convert = createConvert({
    data: project,
    logLevel: 'silent',
    attributes: () => {
      throw new Error('no session');
    },
  });
  const answer = await convert.proxy()(
    request('/', { [VISIT]: `${'A'.repeat(43)};2;victim;granted;human;known;GET;-;-;-` }),
    event,
  );
  expect(answer.headers.get('x-middleware-next')).toBe('1');
  expect(overridden(answer, VISIT)).toBeNull();
  expect(answer.headers.get('set-cookie')).toBeNull();
});

it('says once what pages miss without a secret, and only there', async () => {
  const lines: string[] = [];
  const logger = { log: (level: string, message: string) => lines.push(`${level}: ${message}`) };
  const visitTwice = async (secret?: string) => {
    const proxy = createConvert({ data: project, environment: 'staging', logger, secret }).proxy();
    for (const path of ['/', '/pricing']) await proxy(request(path), event);
  };
  await visitTwice('shared');
  expect(lines).toEqual([]);
  await visitTwice();
  expect(lines).toEqual([expect.stringMatching(/^warn: Middleware on the edge.*give createConvert\(\) a `secret`/)]);
  vi.stubGlobal('EdgeRuntime', undefined);
  onTestFinished(() => void vi.unstubAllGlobals());
  const onNode = createConvert({ data: project, environment: 'on-node', logger }).proxy();
  await onNode(request(), event);
  expect(lines).toHaveLength(1);
});

it('relays in an edge route handler', async () => {
  const { POST } = createConvert({ data: project, tracking: 'hold' }).handlers;
  const events = [{ type: 'exposure', experienceId: '3009860001', variationId: '3009870001' }];
  const response = await POST(
    new Request(`${SITE}/api/convert/events`, {
      method: 'POST',
      body: JSON.stringify({ events }),
      headers: { cookie: 'cv_vid=a', host: 'shop.example', 'user-agent': BROWSER, 'content-type': 'application/json' },
    }),
  );
  expect([response.status, await response.json()]).toEqual([202, { accepted: 1, rejected: [] }]);
});
