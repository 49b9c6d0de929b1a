import { parseCookie } from 'cookie';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestSource } from '../src/index.ts';

const cookiesOf = (cookie: string) => requestSource({ url: null, headers: new Headers({ cookie }) }).cookies;

const NAME = fc.constantFrom('a', 'aa', 'cv_vid', 'xcv_vid', 'CV_VID', '__proto__', 'constructor');
const VALUE = fc.oneof(
  fc.constantFrom('', 'a', 'cv_vid', 'cv_vid=1', 'a=b', '"quoted"', '%3D', '%zz', 'a b', '__proto__'),
  fc.stringMatching(/^[\x21-\x3a\x3c-\x7e]{0,12}$/),
);
const PAIR = fc.oneof(
  fc.tuple(NAME, VALUE).map((pair) => pair.join('=')),
  VALUE,
);
const HEADER = fc
  .array(fc.tuple(PAIR, fc.constantFrom(';', '; ', ' ; ', ';;')))
  .map((pairs) => pairs.map((pair) => pair.join('')).join(''))
  // Headers come without space around them.
  .map((header) => header.trim());

describe('the cookies of a request', () => {
  it('are, one by one or all together, what the whole header says', () => {
    fc.assert(
      fc.property(HEADER, fc.array(NAME, { minLength: 1 }), (header, names) => {
        const whole = new Map(Object.entries(parseCookie(header)));
        const cookies = cookiesOf(header);
        for (const name of names) {
          expect([name, cookies.get(name)]).toEqual([name, whole.get(name)]);
          expect(cookies.has(name)).toBe(whole.has(name));
        }
        expect([...cookies]).toEqual([...whole]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('can be gone through like any map', () => {
    const cookies = cookiesOf('theme=dark; cv_vid=visitor-1; theme=light; broken');
    const seen: string[] = [];
    cookies.forEach((value, name, all) => {
      seen.push(`${name}=${value} of ${all.size}`);
    });
    expect(seen).toEqual(['theme=dark of 2', 'cv_vid=visitor-1 of 2']);
    expect([[...cookies.keys()], [...cookies.values()]]).toEqual([
      ['theme', 'cv_vid'],
      ['dark', 'visitor-1'],
    ]);
    expect([...cookies.entries()]).toEqual([...new Map(cookies)]);
  });

  it('are none without a header', () => {
    const { cookies } = requestSource({ url: null, headers: new Headers() });
    expect([cookies.size, cookies.get('cv_vid'), cookies.has('')]).toEqual([0, undefined, false]);
  });

  it('have a name', () => {
    expect(cookiesOf('theme=dark; cv_vid=visitor-1').get('')).toBeUndefined();
  });

  it('take no longer to find where one value repeats a name thousands of times', () => {
    const hostile = `note=${'cv_vid'.repeat(200_000)}; cv_vid=visitor-1`;
    const startedAt = performance.now();
    expect(cookiesOf(hostile).get('cv_vid')).toBe('visitor-1');
    // Each time anew, it would take minutes.
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
