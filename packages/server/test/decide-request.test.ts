import { describe, expect, it } from 'vitest';
import { browserPayload, decideRequest, originalPayload, type RequestToDecide, visitorRefOf } from '../src/index.ts';
import { HERO, PRICING, sampleCore } from './sample-project.ts';

const core = sampleCore();
const GRANTED = { visitorId: 'visitor-1', consent: 'granted', isNew: false } as const;
const PENDING = { ...GRANTED, consent: 'pending' } as const;
const DENIED = { visitorId: null, consent: 'denied', isNew: false } as const;

const decide = (request: Partial<RequestToDecide> = {}) =>
  decideRequest(core, { visitor: GRANTED, url: new URL('https://shop.example/'), headers: new Headers(), ...request });
const keysOf = ({ experiences }: { experiences: readonly { experienceKey: string }[] }) =>
  experiences.map(({ experienceKey }) => experienceKey);

describe('deciding for a request', () => {
  it('decides for the page that is asked for, or for what was named', async () => {
    expect(keysOf(await decide())).toContain(HERO.key);
    expect(keysOf(await decide({ url: new URL('https://shop.example/pricing') }))).toContain(PRICING.key);
    expect(keysOf(await decide({ url: null }))).not.toContain(HERO.key);
    expect(keysOf(await decide({ only: [HERO.key] }))).toEqual([HERO.key]);
  });

  it('lets the application read the cookies that were parsed already', async () => {
    const cookies = new Map([['plan', 'gold']]);
    let seen: unknown;
    await decide({
      cookies,
      attributes(request) {
        seen = request.cookies;
        return {};
      },
    });
    expect(seen).toBe(cookies);
  });

  it('decides the same whether consent is granted or pending, and says which', async () => {
    const granted = await decide();
    expect(granted.visitorId).toBe('visitor-1');
    expect(granted).not.toHaveProperty('consent');
    expect(await decide({ visitor: PENDING })).toEqual({ ...granted, consent: 'pending' });
  });

  it('shows the original to those who denied consent, and to bots', async () => {
    const original = { version: 1, visitorId: null, experiences: [], goals: [] };
    expect(await decide({ visitor: DENIED })).toEqual({ ...original, consent: 'denied' });
    expect(await decide({ visitor: { ...GRANTED, visitorId: null } })).toEqual(original);
  });

  it('answers at once where nothing has to be waited for, and only there', () => {
    expect(decide()).not.toBeInstanceOf(Promise);
    expect(decide({ visitor: DENIED })).not.toBeInstanceOf(Promise);
    const remembered = sampleCore({ dataStore: { get: () => null, set() {} } });
    expect([core.hasDataStore, remembered.hasDataStore]).toEqual([false, true]);
    const visit = { visitor: GRANTED, url: new URL('https://shop.example/'), headers: new Headers() };
    expect(decideRequest(remembered, visit)).toBeInstanceOf(Promise);
    expect(decide({ url: new URL(`https://shop.example/?convert_preview=${HERO.id}.1`) })).toBeInstanceOf(Promise);
    expect(decide({ cookie: { httpOnly: true } })).toBeInstanceOf(Promise);
  });

  it('asks the application for attributes only where a rule looks at some', async () => {
    let asked = 0;
    const attributes = () => {
      asked++;
      return {};
    };
    await decide({ only: ['search-rollout'], attributes });
    expect(asked).toBe(0);
    await decide({ attributes });
    expect(asked).toBe(1);
  });

  it('reads nothing of the request for nobody', async () => {
    const attributes = () => expect.fail('asked for attributes');
    await decide({ visitor: DENIED, attributes });
  });
});

describe('a payload under an HttpOnly cookie', () => {
  const cookie = { httpOnly: true };

  it('tells the browser a reference instead of the id', async () => {
    const payload = await decide({ cookie });
    expect(payload).toMatchObject({ visitorId: null, visitorRef: await visitorRefOf('visitor-1') });
    expect(JSON.stringify(payload)).not.toContain('visitor-1');
    expect(keysOf(payload)).toEqual(keysOf(await decide()));
  });

  it('has both while consent is pending: the page is the only place where the id lives', async () => {
    const visitorRef = await visitorRefOf('visitor-1');
    expect(await decide({ cookie, visitor: PENDING })).toMatchObject({ visitorId: 'visitor-1', visitorRef });
  });

  it('has neither for nobody', async () => {
    expect(await decide({ cookie, visitor: DENIED })).toEqual({
      version: 1,
      visitorId: null,
      consent: 'denied',
      experiences: [],
      goals: [],
    });
  });

  it('hides the id of originals too', async () => {
    const visitorRef = await visitorRefOf('visitor-1');
    expect(await originalPayload(GRANTED, cookie)).toMatchObject({ visitorId: null, visitorRef });
    expect(await originalPayload(GRANTED)).toEqual({ version: 1, visitorId: 'visitor-1', experiences: [], goals: [] });
  });

  it('is left alone where scripts may read the cookie', async () => {
    const payload = await decide();
    expect(await browserPayload(payload, GRANTED)).toBe(payload);
    expect(await browserPayload(payload, GRANTED, { httpOnly: false })).toBe(payload);
  });
});
