import { hashText } from '@convert-fullstack/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketOf } from '../src/decide/bucketing.ts';
import { hashAfter, hashPrefix } from '../src/decide/hash.ts';
import { referenceMurmur3, referenceUtf8 } from './support/reference-murmur3.ts';

const SEED = 9999;
const ascii = fc.string({ unit: 'binary-ascii', maxLength: 40 });
const unicode = fc.string({ unit: 'binary', maxLength: 20 });
/** UTF-16 units at random: most strings contain surrogates without their other half. */
const units = fc.array(fc.oneof(fc.nat(0xffff), fc.integer({ min: 0xd800, max: 0xdfff })), { maxLength: 20 });
const illFormed = units.map((codes) => String.fromCharCode(...codes));
const text = fc.oneof(ascii, unicode, illFormed, fc.constantFrom('', '\u007f', '\u0080', '\ud83d', '😀', 'é'));

const reference = (value: string, seed = SEED): number => referenceMurmur3(referenceUtf8(value), seed);

it('the reference answers the published test values', () => {
  const bytes = (value: string): Uint8Array => referenceUtf8(value);
  expect(referenceMurmur3(bytes(''), 0)).toBe(0);
  expect(referenceMurmur3(bytes(''), 1)).toBe(0x514e28b7);
  expect(referenceMurmur3(bytes('aaaa'), 0x9747b28c)).toBe(0x5a97808a);
  expect(referenceMurmur3(bytes('Hello, world!'), 0x9747b28c)).toBe(0x24884cba);
  expect(referenceMurmur3(bytes('ππππππππ'), 0x9747b28c)).toBe(0xd58063c1);
});

describe('the hash of a text', () => {
  it('is MurmurHash3 of its UTF-8 bytes, whatever the text and the seed', () => {
    fc.assert(
      fc.property(text, fc.nat(0xffffffff), (value, seed) => {
        expect(hashText(value, seed)).toBe(reference(value, seed));
        expect(hashText(value)).toBe(reference(value));
      }),
      { numRuns: 3_000 },
    );
  });

  it('is the same when it is cut anywhere', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        // A pair of surrogates that a cut divides is put together again by joining.
        expect(hashAfter(hashPrefix(before), after)).toBe(hashText(before + after));
        expect(hashAfter(hashPrefix(before), after)).toBe(reference(before + after));
      }),
      { numRuns: 10_000 },
    );
    const long = 'The quick brown fox jumps over the lazy dog, 0123456789.';
    for (let cut = 0; cut <= long.length; cut++) {
      for (let end = cut; end <= long.length; end++) {
        expect(hashAfter(hashPrefix(long.slice(0, cut)), long.slice(cut, end))).toBe(reference(long.slice(0, end)));
      }
    }
  });

  it('is the same for every internal form a string can have', () => {
    const prefix = hashPrefix('100334665');
    const flat = 'visitor-1234567890';
    const joined = ['visitor', '-', '1234567890'].join('');
    const sliced = `xx${flat}yy`.slice(2, -2);
    const rope = `${'visitor-'.repeat(1)}${'1234567890'}`;
    const wide = `é${flat}`.slice(1);
    for (const form of [flat, joined, sliced, rope, wide])
      expect(hashAfter(prefix, form)).toBe(reference(`100334665${flat}`));
  });
});

it('buckets are whole numbers from 0 to 9999', () => {
  fc.assert(
    fc.property(ascii, text, (experienceId, visitorId) => {
      const bucket = bucketOf(hashPrefix(experienceId), visitorId);
      expect(bucket).toBe(Math.floor((reference(experienceId + visitorId) / 2 ** 32) * 10_000));
      expect(Number.isInteger(bucket) && bucket >= 0 && bucket <= 9_999).toBe(true);
    }),
  );
});
