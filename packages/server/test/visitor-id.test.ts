import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isVisitorId, newVisitorId, visitorRefOf } from '../src/index.ts';

describe('a visitor id', () => {
  it.each(['a', 'a'.repeat(128), 'user@shop.example', 'A-Z_a.z~0:9+=|'])('may be %s', (visitorId) => {
    expect(isVisitorId(visitorId)).toBe(true);
  });

  it.each(['', 'a'.repeat(129), 'a b', 'a;b', 'a\r\nb', 'été', '<script>', '"a"', 7, null, undefined, {}, ['a']])(
    'may not be %j',
    (value) => {
      expect(isVisitorId(value)).toBe(false);
    },
  );

  it('is a random UUID when it is new', () => {
    expect(newVisitorId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(newVisitorId()).not.toBe(newVisitorId());
    expect(isVisitorId(newVisitorId())).toBe(true);
  });
});

describe('what stands for a visitor', () => {
  it('is the same 16 characters everywhere', async () => {
    expect(await visitorRefOf('visitor-1')).toBe('0wCdU2s3en37zB9F');
  });

  it('differs for every visitor, can stand in a cookie, and does not tell the id', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uuid(), fc.uuid(), async (one, other) => {
        const ref = await visitorRefOf(one);
        expect(ref).toMatch(/^[A-Za-z0-9_-]{16}$/);
        expect(one).not.toContain(ref);
        if (one !== other) expect(await visitorRefOf(other)).not.toBe(ref);
      }),
    );
  });
});
