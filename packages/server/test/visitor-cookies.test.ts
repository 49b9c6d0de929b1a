import { describe, expect, it } from 'vitest';
import { type CookieOptions, requestCookieHeader, visitorCookies } from '../src/index.ts';

interface Given {
  readonly cookie?: string;
  readonly options?: CookieOptions;
  readonly url?: string | null;
  readonly headers?: Record<string, string>;
}

const GRANTED = { visitorId: 'visitor-1', consent: 'granted', isBot: false } as const;
const PENDING = { ...GRANTED, consent: 'pending' } as const;
const DENIED = { visitorId: null, consent: 'denied', isBot: false } as const;
const BOT = { visitorId: null, consent: 'granted', isBot: true } as const;

function cookiesFor(
  visitor: Parameters<typeof visitorCookies>[1],
  { cookie, options, url = 'https://shop.example/', headers = {} }: Given = {},
): string[] {
  const request = {
    url: url === null ? null : new URL(url),
    headers: new Headers({ ...headers, ...(cookie && { cookie }) }),
  };
  return visitorCookies(request, visitor, { cookie: options });
}

describe('the visitor cookie', () => {
  it('lasts a year on the whole site and is readable by the browser', () => {
    expect(cookiesFor(GRANTED)).toEqual(['cv_vid=visitor-1; Max-Age=31536000; Path=/; Secure; SameSite=Lax']);
  });

  it('keeps the name, domain, age and visibility that the application chose', () => {
    const options = { name: 'shop', domain: '.shop.example', maxAge: 3_600, httpOnly: true };
    expect(cookiesFor(GRANTED, { options })).toEqual([
      'shop=visitor-1; Max-Age=3600; Domain=.shop.example; Path=/; HttpOnly; Secure; SameSite=Lax',
    ]);
  });

  it('is Secure on https only', () => {
    expect(cookiesFor(GRANTED, { url: 'http://shop.example/' })[0]).not.toContain('Secure');
    expect(cookiesFor(GRANTED, { url: null })[0]).not.toContain('Secure');
    expect(cookiesFor(GRANTED, { url: null, headers: { 'x-forwarded-proto': 'https' } })[0]).toContain('Secure');
  });

  it('carries an id as it is', () => {
    const visitorId = 'A-Z_a.z~0:9+=|@';
    expect(cookiesFor({ ...GRANTED, visitorId })[0]).toMatch(`cv_vid=${visitorId}; `);
  });

  it.each(['cv_vid=visitor-1', 'a=1; cv_vid=visitor-1; b=2', 'cv_vid=<bad>; cv_vid=visitor-1'])(
    'is not set again for a browser that has it: %s',
    (cookie) => {
      expect(cookiesFor(GRANTED, { cookie })).toEqual([]);
    },
  );

  it.each(['cv_vid=other', 'cv_vid=<bad>', 'cv_vid=', 'cv_vid=other; cv_vid=visitor-1'])('replaces %s', (cookie) => {
    expect(cookiesFor(GRANTED, { cookie })).toEqual([expect.stringMatching(/^cv_vid=visitor-1;/)]);
  });

  it('is not set without a visitor', () => {
    expect(cookiesFor({ ...GRANTED, visitorId: null }, { cookie: 'cv_vid=<bad>' })).toEqual([]);
  });
});

describe('cookies in each state of consent', () => {
  const cookie = 'a=1; cv_vid=other; cv_receipt=x';

  it.each([
    ['granted', GRANTED, ['cv_vid=visitor-1']],
    ['pending', PENDING, []],
    ['denied', DENIED, ['cv_vid=', 'cv_receipt=']],
    ['a bot', BOT, []],
    ['a bot that was denied', { ...BOT, consent: 'denied' as const }, []],
  ])('%s', (_what, visitor, set) => {
    expect(cookiesFor(visitor, { cookie }).map((value) => value.split(';')[0])).toEqual(set);
  });

  it('are erased the way they were set, and only those that are there', () => {
    expect(cookiesFor(DENIED, { cookie: 'cv_vid=a' })).toEqual(['cv_vid=; Max-Age=0; Path=/; Secure; SameSite=Lax']);
    expect(cookiesFor(DENIED, { cookie: 'cv_receipt=a' })).toEqual([
      'cv_receipt=; Max-Age=0; Path=/; Secure; SameSite=Lax',
    ]);
    const options = { name: 'shop', domain: '.shop.example', maxAge: 60, httpOnly: true };
    expect(cookiesFor(DENIED, { cookie: 'cv_vid=a; shop=b; cv_receipt=c', options })).toEqual([
      'shop=; Max-Age=0; Domain=.shop.example; Path=/; Secure; SameSite=Lax',
      'cv_receipt=; Max-Age=0; Domain=.shop.example; Path=/; Secure; SameSite=Lax',
    ]);
    expect(cookiesFor(DENIED, { cookie: 'cv_thrown=1.2', options })).toEqual([
      'cv_thrown=; Max-Age=0; Path=/; Secure; SameSite=Lax',
    ]);
    expect(cookiesFor(DENIED, { cookie: 'theme=dark' })).toEqual([]);
    expect(cookiesFor(DENIED)).toEqual([]);
  });

  it('are erased when what they hold is unusable', () => {
    expect(cookiesFor(DENIED, { cookie: 'cv_vid=<script>' })).toHaveLength(1);
  });
});

describe('the Cookie header that pages see', () => {
  it('has the visitor’s id without touching other cookies', () => {
    expect(requestCookieHeader('a="x%zz"; b=%C3%A9;c', GRANTED)).toBe('a="x%zz"; b=%C3%A9; c; cv_vid=visitor-1');
    expect(requestCookieHeader(null, PENDING)).toBe('cv_vid=visitor-1');
    expect(requestCookieHeader('', GRANTED)).toBe('cv_vid=visitor-1');
    expect(requestCookieHeader('a=1', GRANTED, { name: 'shop' })).toBe('a=1; shop=visitor-1');
  });

  it('has no other visitor’s', () => {
    const cookie = 'cv_vid=<bad>; a=1; cv_vid=other; cv_vid; cv_receipt=x';
    expect(requestCookieHeader(cookie, GRANTED)).toBe('a=1; cv_receipt=x; cv_vid=visitor-1');
  });

  it('says nothing about a visitor who denied consent', () => {
    expect(requestCookieHeader('cv_vid=a; b=2; cv_receipt=x; cv_vid=c', DENIED)).toBe('b=2');
    expect(requestCookieHeader('cv_vid=a', DENIED)).toBeNull();
    expect(requestCookieHeader(null, DENIED)).toBeNull();
  });

  it('stays as it is when it says just that already', () => {
    for (const cookie of ['cv_vid=visitor-1;a=1', ' a="x%zz" ;cv_vid=visitor-1; cv_receipt=x']) {
      expect(requestCookieHeader(cookie, GRANTED)).toBe(cookie);
    }
    expect(requestCookieHeader('a=1;b=2', DENIED)).toBe('a=1;b=2');
    expect(requestCookieHeader('cv_vid=visitor-1;cv_vid=visitor-1', GRANTED)).toBe('cv_vid=visitor-1');
  });

  it('stays as it is for bots', () => {
    expect(requestCookieHeader(' a=1;cv_vid=b', BOT)).toBe(' a=1;cv_vid=b');
    expect(requestCookieHeader(null, BOT)).toBeNull();
  });
});
