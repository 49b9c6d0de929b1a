import { describe, expect, it } from 'vitest';
import { createRateLimit } from '../src/rate-limit.ts';

function limited(requestsPerMinute: number) {
  let time = 5_000;
  const limit = createRateLimit(requestsPerMinute, () => time);
  const passed = (visitorId: string, requests: number) =>
    Array.from({ length: requests }, () => limit.take(visitorId)).filter((waitMs) => waitMs === 0).length;
  const wait = (ms: number): void => {
    time += ms;
  };
  return { take: limit.take, passed, wait };
}

describe('the rate limit of a visitor', () => {
  it.each([1, 7, 300, 1_000])('lets %d requests a minute pass, also when they come at once', (requestsPerMinute) => {
    const { passed } = limited(requestsPerMinute);
    expect(passed('a', requestsPerMinute + 50)).toBe(requestsPerMinute);
  });

  it('refills steadily, and says how long the next request has to wait', () => {
    const { take, passed, wait } = limited(60);
    passed('a', 60);
    expect(take('a')).toBeCloseTo(1_000);
    wait(400);
    expect(take('a')).toBeCloseTo(600);
    wait(600);
    expect(passed('a', 5)).toBe(1);
    wait(10_000);
    expect(passed('a', 50)).toBe(10);
  });

  it('never saves more than a minute’s worth up', () => {
    const { passed, wait } = limited(60);
    passed('a', 1);
    wait(86_400_000);
    expect(passed('a', 500)).toBe(60);
  });

  it('does not count what it refuses', () => {
    const { passed, wait } = limited(60);
    expect(passed('a', 10_000)).toBe(60);
    wait(1_000);
    expect(passed('a', 10_000)).toBe(1);
  });

  it('takes what weighs as much as several requests for several', () => {
    const { take, passed, wait } = limited(60);
    expect(take('a', 50)).toBe(0);
    expect(take('a', 11)).toBeCloseTo(1_000);
    expect(passed('a', 20)).toBe(10);
    expect(take('a', 0)).toBe(0);
    wait(60_000);
    // No bucket holds as much: a full one lets it pass.
    expect(take('a', 1_000)).toBe(0);
    expect(passed('a', 1)).toBe(0);
  });

  it('is one visitor’s alone', () => {
    const { passed } = limited(60);
    passed('a', 1_000);
    expect(passed('b', 60)).toBe(60);
  });

  it('may be slower than one a minute, and may be none', () => {
    const slow = limited(0.5);
    expect(slow.passed('a', 3)).toBe(1);
    slow.wait(119_000);
    expect(slow.passed('a', 1)).toBe(0);
    slow.wait(1_000);
    expect(slow.passed('a', 1)).toBe(1);
    expect(limited(Number.POSITIVE_INFINITY).passed('a', 100_000)).toBe(100_000);
  });

  it('remembers a flooding visitor while thousands of others come by', () => {
    const { passed } = limited(60);
    passed('a', 60);
    for (let other = 0; other < 15_000; other++) passed(`other-${other}`, 1);
    expect(passed('a', 1)).toBe(0);
  });

  it.each([0, -1, Number.NaN])('is refused as a mistake when it is %d', (requestsPerMinute) => {
    expect(() => createRateLimit(requestsPerMinute)).toThrow(
      expect.objectContaining({ name: 'ConvertError', code: 'options_invalid' }),
    );
  });
});
