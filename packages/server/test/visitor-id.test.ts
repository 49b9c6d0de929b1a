import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isVisitorId, readVisitor, visitorCookie, visitorIdOf, withVisitorCookie } from '../src/index.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const cookie = (value: string) => new Headers({ cookie: value });

describe('the visitor of a request', () => {
  it('is the one of its cookie', () => {
    expect(readVisitor(cookie('theme=dark; cv_vid=visitor-1; cart=3'))).toEqual({
      visitorId: 'visitor-1',
      isNew: false,
    });
    expect(readVisitor(new Request('https://shop.example/', { headers: cookie('cv_vid=visitor-1') }))).toEqual({
      visitorId: 'visitor-1',
      isNew: false,
    });
  });

  it('gets a random UUID when there is no cookie', () => {
    const first = readVisitor(new Headers());
    const second = readVisitor(new Headers());
    expect(first).toEqual({ visitorId: expect.stringMatching(UUID), isNew: true });
    expect(second.visitorId).not.toBe(first.visitorId);
  });

  it.each([
    ['empty', 'cv_vid='],
    ['without a value', 'cv_vid'],
    ['129 characters long', `cv_vid=${'a'.repeat(129)}`],
    ['8,000 characters long', `cv_vid=${'a'.repeat(8_000)}`],
    ['with a space', 'cv_vid=a b'],
    ['with an encoded line break', 'cv_vid=a%0d%0aSet-Cookie:x=1'],
    ['with markup', 'cv_vid=<script>alert(1)</script>'],
    ['with encoded markup', 'cv_vid=%3Cscript%3E'],
    ['with non-ASCII letters', 'cv_vid=%C3%A9t%C3%A9'],
    ['with a broken escape', 'cv_vid=%zz'],
    ['in quotes', 'cv_vid="visitor-1"'],
    ['of another name', 'xcv_vid=visitor-1; cv_vidx=visitor-1; CV_VID=visitor-1'],
    ['inside another cookie', 'note=cv_vid=visitor-1'],
    ['a whole object', 'cv_vid={"id":1}'],
  ])('is new when the cookie is %s', (_what, header) => {
    expect(visitorIdOf(cookie(header))).toBeNull();
    expect(readVisitor(cookie(header))).toEqual({ visitorId: expect.stringMatching(UUID), isNew: true });
  });

  it.each(['a', 'a'.repeat(128), 'user@shop.example', 'A-Z_a.z~0:9+=|'])('may be %s', (visitorId) => {
    expect(isVisitorId(visitorId)).toBe(true);
    expect(visitorIdOf(cookie(`cv_vid=${visitorId}`))).toBe(visitorId);
    expect(visitorIdOf(cookie(`cv_vid=${encodeURIComponent(visitorId)}`))).toBe(visitorId);
  });

  it('is the first valid one when the cookie is there several times', () => {
    expect(visitorIdOf(cookie('cv_vid=<bad>; a=1; cv_vid=second; cv_vid=third'))).toBe('second');
  });

  it('can live in a cookie of another name', () => {
    expect(visitorIdOf(cookie('cv_vid=a; shop_visitor=b'), { cookieName: 'shop_visitor' })).toBe('b');
    expect(visitorIdOf(cookie('__proto__=a'), { cookieName: 'cv_vid' })).toBeNull();
  });

  it('never comes out with a character that could not go back into a header', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', maxLength: 200 }), (value) => {
        const { visitorId } = readVisitor(cookie(`cv_vid=${encodeURIComponent(value)}`));
        expect(visitorId).toMatch(/^[A-Za-z0-9._~:@+=|-]{1,128}$/);
      }),
    );
  });
});

describe('the visitor cookie', () => {
  it('lasts a year on the whole site, is readable by the browser, and is Secure on https only', () => {
    expect(visitorCookie('visitor-1', { secure: true })).toBe(
      'cv_vid=visitor-1; Max-Age=31536000; Path=/; Secure; SameSite=Lax',
    );
    expect(visitorCookie('a|b=c', { secure: false, cookieName: 'v' })).toBe(
      'v=a|b=c; Max-Age=31536000; Path=/; SameSite=Lax',
    );
  });

  it('is added to a Cookie header without touching the others', () => {
    expect(withVisitorCookie('a="x%zz"; b=%C3%A9;c', 'visitor-1')).toBe('a="x%zz"; b=%C3%A9; c; cv_vid=visitor-1');
    expect(withVisitorCookie(null, 'visitor-1')).toBe('cv_vid=visitor-1');
    expect(withVisitorCookie('', 'visitor-1')).toBe('cv_vid=visitor-1');
  });

  it('replaces every other visitor cookie in a Cookie header', () => {
    expect(withVisitorCookie('cv_vid=<bad>; a=1; cv_vid=other; cv_vid', 'visitor-1')).toBe('a=1; cv_vid=visitor-1');
  });
});
