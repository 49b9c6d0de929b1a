import { Core, type Payload } from '@convert-fullstack/core';
import { memoryTransport, projectConfig } from '@convert-fullstack/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RelayOptions } from '../src/relay/options.ts';
import { createRelay } from '../src/relay.ts';
import { visitorRefOf } from '../src/visitor-id.ts';
import { browserWith, outcome, type RequestHeaders, SITE } from './relay-requests.ts';
import { sampleCore } from './sample-project.ts';

const ORIGINALS = { version: 1, visitorId: null, experiences: [], goals: [] };

let core: Core;
const transport = memoryTransport();

beforeEach(() => {
  core = sampleCore({ transport });
});
afterEach(() => core.close());

const ask = (url: string, headers?: RequestHeaders, options?: Omit<RelayOptions, 'core'>) =>
  browserWith(core, options).ask(url, headers);

async function keysOf(response: Response): Promise<string[]> {
  const { experiences } = (await response.json()) as Payload;
  return experiences.map(({ experienceKey }) => experienceKey);
}

describe('GET …/payload', () => {
  it('decides for the cookie’s visitor at a page of this site', async () => {
    const response = await ask('/pricing?plan=a');
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'private, no-cache']);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    const keys = await keysOf(response);
    expect(keys).toContain('pricing-page');
    expect(keys).not.toContain('home-hero');
    expect(await keysOf(await ask(`${SITE}/`))).toContain('home-hero');
  });

  it('leaves nothing behind', async () => {
    const response = await ask('/pricing');
    await core.flush();
    expect([transport.sent, response.headers.getSetCookie()]).toEqual([[], []]);
  });

  it('knows the application’s own attributes, which see the page that is asked for', async () => {
    const seen: unknown[] = [];
    const attributes: RelayOptions['attributes'] = ({ url, cookies }) => {
      seen.push(url?.href);
      return { loyalty_member: cookies.get('loyal') === 'yes' };
    };
    expect(await keysOf(await ask('/', {}, { attributes }))).not.toContain('loyalty-perks');
    const loyal = await ask('/', { cookie: 'cv_vid=visitor-1; loyal=yes' }, { attributes });
    expect(await keysOf(loyal)).toContain('loyalty-perks');
    expect(seen).toEqual([`${SITE}/`, `${SITE}/`]);
  });

  it.each(['https://evil.example/', '//evil.example/', 'javascript:alert(1)', '', 'http://', `/${'a'.repeat(3_000)}`])(
    'refuses %j',
    async (url) => {
      expect(await outcome(await ask(url))).toEqual([400, { error: 'url_invalid' }]);
    },
  );

  it('decides nothing for nobody', async () => {
    expect(await outcome(await ask('/pricing', { cookie: '' }))).toEqual([200, ORIGINALS]);
  });

  it('decides nothing for a bot', async () => {
    const googlebot = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';
    expect(await outcome(await ask('/pricing', { 'user-agent': googlebot }))).toEqual([200, ORIGINALS]);
    const human = await ask('/pricing', { 'user-agent': googlebot }, { isBot: () => false });
    expect(await keysOf(human)).toContain('pricing-page');
  });

  it('decides nothing when consent is denied, and says so', async () => {
    const answer = await outcome(await ask('/pricing', {}, { consent: () => 'denied' }));
    expect(answer).toEqual([200, { ...ORIGINALS, consent: 'denied' }]);
  });

  it('decides for a visitor who is known while consent is pending, and for nobody else', async () => {
    const consent = () => 'pending' as const;
    const known = (await (await ask('/pricing', {}, { consent })).json()) as Payload;
    expect(known).toMatchObject({ visitorId: 'visitor-1', consent: 'pending' });
    expect(known.experiences.map(({ experienceKey }) => experienceKey)).toContain('pricing-page');
    const unknown = await outcome(await ask('/pricing', { cookie: '' }, { consent }));
    expect(unknown).toEqual([200, { ...ORIGINALS, consent: 'pending' }]);
  });

  it('honours a privacy signal as the project’s settings say', async () => {
    const signal = { 'sec-gpc': '1' };
    expect(await keysOf(await ask('/pricing', signal))).toContain('pricing-page');
    const project = { id: '2002', name: 'Shop', settings: { global_privacy_control: 'Worldwide' } };
    const strict = new Core({ data: { ...projectConfig({ experiences: { hero: {} } }), project }, logLevel: 'silent' });
    const denied = await browserWith(strict).ask('/', signal);
    expect(await outcome(denied)).toEqual([200, { ...ORIGINALS, consent: 'denied' }]);
    expect(await keysOf(await browserWith(strict).ask('/'))).toEqual(['hero']);
    await strict.close();
  });

  it('does not tell the browser an HttpOnly id', async () => {
    const payload = (await (await ask('/pricing', {}, { cookie: { httpOnly: true } })).json()) as Payload;
    expect(payload).toMatchObject({ visitorId: null, visitorRef: await visitorRefOf('visitor-1') });
    expect(payload.experiences).not.toEqual([]);
    expect(JSON.stringify(payload)).not.toContain('visitor-1');
  });

  it('refuses another site and other methods', async () => {
    expect((await ask('/', { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    const post = await createRelay({ core })(new Request(`${SITE}/api/convert/payload`, { method: 'POST' }));
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET']);
  });

  it('lets one visitor ask only so often', async () => {
    const { ask } = browserWith(core, { requestsPerMinute: 2 });
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await ask('/pricing')).status);
    expect(statuses).toEqual([200, 200, 429]);
    expect((await ask('/pricing', { cookie: 'cv_vid=visitor-2' })).status).toBe(200);
  });

  it.each(['attributes', 'consent', 'isBot', 'visitorId'] as const)(
    'reports a failure of the application’s `%s` and answers 503',
    async (name) => {
      const errors: unknown[] = [];
      const failing = () => {
        throw new Error('no session');
      };
      const response = await ask('/', {}, { [name]: failing, onError: (error) => errors.push(error) });
      expect(await outcome(response)).toEqual([503, { error: 'unavailable' }]);
      expect(errors).toEqual([new Error('no session')]);
    },
  );
});
