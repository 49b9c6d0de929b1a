import { describe, expect, it } from 'vitest';
import { percentOf, trafficShares } from '../src/traffic-shares.ts';

function shares(version: unknown, ...allocations: readonly (number | 'stopped')[]): number[] {
  // Whatever a variation was allocated before it was stopped: 50.
  const variations = allocations.map((traffic) =>
    traffic === 'stopped' ? { status: 'stopped', traffic: 50 } : { status: 'running', traffic },
  );
  return trafficShares(version, variations);
}

describe('the traffic of a variation', () => {
  it.each([11, 12])('is what was allocated to it (version %i)', (version) => {
    expect(shares(version, 40, 30, 30)).toEqual([0.4, 0.3, 0.3]);
    expect(shares(version, 10, 20)).toEqual([0.1, 0.2]);
    expect(shares(version, 25)).toEqual([0.25]);
    expect(shares(version)).toEqual([]);
  });

  it.each([11, 12])('is nothing when it is stopped or allocated nothing (version %i)', (version) => {
    expect(shares(version, 50, 'stopped')).toEqual([0.5, 0]);
    expect(shares(version, 'stopped', 50)).toEqual([0, 0.5]);
    expect(shares(version, 50, 0, 50)).toEqual([0.5, 0, 0.5]);
    expect(shares(version, 0, 0)).toEqual([0, 0]);
    expect(shares(version, 'stopped')).toEqual([0]);
  });

  it.each([11, 12])('goes to the first variation when there is more than all of it (version %i)', (version) => {
    expect(shares(version, 100, 100)).toEqual([1, 0]);
    expect(shares(version, 10_000, 10_000)).toEqual([1, 0]);
  });

  it('is cut off at the end of the scale up to version 11, and overlaps the next since version 12', () => {
    expect(shares(11, 60, 60)).toEqual([0.6, 0.4]);
    expect(shares(12, 60, 60)).toEqual([0.6, 0.4]);
    expect(shares(11, 80, 'stopped', 80)).toEqual([0.8, 0, 0.2]);
    // Its place starts at 130/210 of the scale, and the first one reaches to 80%.
    expect(shares(12, 80, 'stopped', 80)).toEqual([0.8, 0, 0.2]);
    expect(shares(12, 10, 'stopped', 80)).toEqual([0.1, 0, 0.5714]);
    expect(shares(11, 10, 'stopped', 80)).toEqual([0.1, 0, 0.8]);
  });

  it.each([12, '12', ' 12 ', 11.5])('is laid out with fixed places for version %j', (version) => {
    expect(shares(version, 10, 'stopped', 80)).toEqual([0.1, 0, 0.5714]);
  });

  it.each([11, '11', '12abc', '', undefined, null, true, [12], {}])('is packed for version %j', (version) => {
    expect(shares(version, 10, 'stopped', 80)).toEqual([0.1, 0, 0.8]);
  });

  it.each([11, 12])('stays a share whatever was configured (version %i)', (version) => {
    for (const odd of [-50, -1e308, 1e308, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-9]) {
      const result = shares(version, odd, 50, odd);
      expect(result.every((share) => share >= 0 && share <= 1)).toBe(true);
      expect(result.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(1 + 1e-9);
    }
  });
});

describe('an allocation on the wire', () => {
  it.each([
    [40, 40],
    ['33.3', 33.3],
    ['', 0],
    [0, 0],
    ['abc', 100],
    [Number.NaN, 100],
    [null, 100],
    [undefined, 100],
    [true, 100],
    [{ valueOf: 'no function' }, 100],
  ])('%j means %d percent', (allocation, percent) => {
    expect(percentOf(allocation)).toBe(percent);
  });
});
