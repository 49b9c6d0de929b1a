import { describe, expect, it } from 'vitest';
import { recentMap } from '../src/recent-map.ts';

describe('a map of what is recent', () => {
  it('remembers at least as many keys as it is made for, and at most twice as many', () => {
    const map = recentMap<number>(100);
    for (let key = 0; key < 1_000; key++) {
      map.set(`key-${key}`, key);
      const remembered = Array.from({ length: key + 1 }, (_, at) => map.get(`key-${at}`)).filter(
        (at) => at !== undefined,
      );
      expect(remembered.length).toBeGreaterThanOrEqual(Math.min(key + 1, 100));
      expect(remembered.length).toBeLessThanOrEqual(200);
      expect(remembered.at(-1)).toBe(key);
    }
  });

  it('forgets nothing because known keys are written again', () => {
    const map = recentMap<number>(1);
    map.set('a', 1);
    for (let value = 2; value < 50; value++) map.set('b', value);
    expect([map.get('a'), map.get('b')]).toEqual([1, 49]);
  });

  it('has the latest value of a key that it has moved on from', () => {
    const map = recentMap<number>(1);
    map.set('a', 1);
    map.set('b', 2);
    expect(map.get('a')).toBe(1);
    map.set('a', 3);
    expect(map.get('a')).toBe(3);
    expect(map.get('toString')).toBeUndefined();
  });
});
