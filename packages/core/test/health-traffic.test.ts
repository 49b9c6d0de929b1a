import type { Core } from '@convert-fullstack/core';
import { describe, expect, it } from 'vitest';
import { chanceOfSplit } from '../src/health/checks.ts';
import { Dice } from './support/official-projects.ts';
import { bench, MemoryStore } from './support/ports.ts';
import { storeKey } from './support/project.ts';
import { browse, causesOf, counts, healthOf, splitting } from './support/traffic.ts';

const numbered = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

/** Runs traffic again and again and collects a p-value of each run. */
function pValues(
  runs: number,
  splits: readonly number[][],
  play: (core: Core, dice: Dice) => (number | null)[],
): number[] {
  return numbered(runs).flatMap((run) => {
    const { core } = bench(splitting(...splits), { tracking: 'hold' });
    return play(core, new Dice(run + 1)).map((pValue) => pValue ?? Number.NaN);
  });
}

/** Fair traffic gives p-values that are spread evenly between 0 and 1. */
function expectEven(values: readonly number[]): void {
  const shareBelow = (limit: number) => values.filter((value) => value < limit).length / values.length;
  const within = (limit: number) => 4 * Math.sqrt((limit * (1 - limit)) / values.length);
  for (const limit of [0.05, 0.25, 0.5, 0.75]) {
    expect(shareBelow(limit), `below ${limit}`).toBeGreaterThan(limit - within(limit));
    expect(shareBelow(limit), `below ${limit}`).toBeLessThan(limit + within(limit));
  }
  expect(values.filter((value) => value < 0.001).length).toBeLessThanOrEqual(Math.ceil(0.001 * values.length) + 2);
}

const SPLITS: readonly [string, readonly number[]][] = [
  ['in halves', [50, 50]],
  ['by ten to ninety', [10, 90]],
  ['in three', [41, 30, 29]],
  ['for a third of the visitors', [16, 16]],
];

describe('fair traffic stays calm', () => {
  it.each(SPLITS)('where decisions are remembered, split %s', (_name, shares) => {
    const values = pValues(150, [[...shares]], (core, dice) => {
      const prefix = dice.between(0, 1e9);
      for (const at of numbered(900)) core.createContext(`visitor-${prefix}-${at}`).runExperience('e0');
      const { assigned, exposed } = healthOf(core).pValues;
      return [assigned, exposed];
    });
    expect(values).not.toContain(Number.NaN);
    for (const stage of [0, 1]) expectEven(values.filter((_value, index) => index % 2 === stage));
  });

  it.each(SPLITS)('where decisions are handed to browsers page by page, split %s', (_name, shares) => {
    const stages = ['assigned', 'exposed', 'exposedOfAssigned'] as const;
    const values = pValues(90, [[...shares]], (core, dice) => {
      browse(core, dice, { visitors: 1_200, pages: [1, 3] });
      const health = healthOf(core);
      return stages.map((stage) => health.pValues[stage]);
    });
    expect(values).not.toContain(Number.NaN);
    for (const [at] of stages.entries()) expectEven(values.filter((_value, index) => index % stages.length === at));
  });

  it('also where pages, counted in place of visitors, would raise the alarm', () => {
    let alarms = 0;
    for (const seed of numbered(40)) {
      const { core } = bench(splitting([50, 50]), { tracking: 'hold' });
      const dice = new Dice(seed);
      const pages = { a: 0, b: 0 };
      for (const at of numbered(400)) {
        // A few loyal visitors make most of the pages.
        for (let page = dice.chance(0.05) ? 60 : 1; page > 0; page--) {
          const [assignment] = core.createContext(`visitor-${seed}-${at}`).toPayload().experiences;
          if (assignment?.variationKey === 'a') pages.a++;
          else pages.b++;
        }
      }
      if (
        (chanceOfSplit(
          [
            [pages.a, 1],
            [pages.b, 1],
          ],
          1,
        ) ?? 1) < 0.001
      )
        alarms++;
      expect(core.health().isSuspicious).toBe(false);
    }
    expect(alarms).toBeGreaterThan(10);
  });

  it('where a process has no room to remember all its visitors, who come back', () => {
    let alarmsWithoutCare = 0;
    for (const seed of numbered(6)) {
      const { core } = bench(splitting([50, 50]), { tracking: 'off' });
      for (let round = 0; round < 6; round++) {
        for (const at of numbered(12_000)) core.createContext(`visitor-${seed}-${at}`).runExperience('e0');
      }
      const { a = 0, b = 0 } = counts(core, 'assigned');
      expect(a + b).toBeGreaterThan(70_000);
      if (
        (chanceOfSplit(
          [
            [a, 1],
            [b, 1],
          ],
          1,
        ) ?? 1) < 0.001
      )
        alarmsWithoutCare++;
      expect(healthOf(core).pValues.assigned).not.toBeNull();
      expect(core.health().isSuspicious).toBe(false);
    }
    expect(alarmsWithoutCare).toBeGreaterThan(0);
  });

  it('with 100,000 visitors and their pages, who are counted to within a percent', () => {
    const { core } = bench(splitting([50, 50], [25, 75]), { tracking: 'hold', maxQueueSize: 10 });
    browse(core, new Dice(7), { visitors: 100_000, pages: [1, 3], isExposed: () => false });
    expect(core.health().isSuspicious).toBe(false);
    for (const [experienceKey, share] of [
      ['e0', 0.5],
      ['e1', 0.25],
    ] as const) {
      const { a = 0, b = 0 } = counts(core, 'assigned', experienceKey);
      expect((a + b) / 100_000).toBeCloseTo(1, 2);
      expect(a / (a + b)).toBeCloseTo(share, 2);
    }
  });

  it('whose decisions are partly remembered, partly handed out and partly known from before another split', () => {
    const values = numbered(70).flatMap((seed) => {
      const dataStore = new MemoryStore();
      const { core } = bench(splitting([50, 50]), { tracking: 'hold', dataStore });
      for (const at of numbered(300)) {
        dataStore.set(storeKey(`known-${at}`), { bucketing: { '10': '101' } });
        core.createContext(`known-${at}`).toPayload();
        core.createContext(`known-${at}`).runExperience('e0');
      }
      for (const at of numbered(600)) {
        const context = core.createContext(`new-${seed}-${at}`);
        if (at % 3 !== 0) context.toPayload();
        if (at % 3 !== 1) context.runExperience('e0');
        context.toPayload();
      }
      const { a = 0, b = 0 } = counts(core, 'assigned');
      expect(Math.abs(a + b - 600)).toBeLessThan(40);
      return Object.values(healthOf(core).pValues).map((pValue) => pValue ?? Number.NaN);
    });
    expect(values).not.toContain(Number.NaN);
    expectEven(values);
  });
});

describe('broken traffic is found and its cause named:', () => {
  const fair = (seed = 3): Core => {
    const { core } = bench(splitting([50, 50], [30, 70]), { tracking: 'hold' });
    browse(core, new Dice(seed), { visitors: 4_000 });
    expect(core.health()).toMatchObject({ isSuspicious: false });
    return core;
  };

  it('ids that are not spread as those of people are', () => {
    const { core } = bench(splitting([50, 50]), { tracking: 'hold' });
    const dice = new Dice(11);
    for (const at of numbered(3_000)) {
      const context = core.createContext(`visitor-${at}`);
      // One in four of those in the second variation gets an id that somebody else has.
      const isB = context.diagnoseExperience('e0').details.variationKey === 'b';
      core.createContext(isB && dice.chance(0.25) ? 'visitor-0' : `visitor-${at}`).toPayload();
    }
    expect(healthOf(core).pValues.assigned).toBeLessThan(0.001);
    expect(causesOf(core)).toEqual(['shared_visitor_id']);
  });

  it('one id for everybody, which no split can tell', () => {
    const { core } = bench(splitting([50, 50]), { tracking: 'hold' });
    browse(core, new Dice(5), { visitors: 4_000, pages: [1, 6], idOf: (visitor) => `tenant-${visitor % 5}` });
    expect(healthOf(core).pValues.assigned).toBeNull();
    expect(causesOf(core)).toEqual(['shared_visitor_id']);
    expect(healthOf(core).causes[0]?.message).toMatch(/^\d{5} decisions were made for 5 visitor ids\. .*Set-Cookie/);
  });

  it('but not a few people, nor many who come often', () => {
    const few = bench(splitting([50, 50]), { tracking: 'hold' }).core;
    browse(few, new Dice(5), { visitors: 20, pages: [300, 300] });
    expect(few.health().isSuspicious).toBe(false);
    const loyal = bench(splitting([50, 50]), { tracking: 'hold' }).core;
    browse(loyal, new Dice(5), { visitors: 200, pages: [100, 200] });
    expect(loyal.health().isSuspicious).toBe(false);
  });

  it('a variation that often fails before it is on screen', () => {
    const { core } = bench(splitting([50, 50]), { tracking: 'hold' });
    const dice = new Dice(2);
    const isExposed = ({ variationKey }: { variationKey: string | null }) =>
      dice.chance(variationKey === 'b' ? 0.5 : 0.6);
    browse(core, dice, { visitors: 4_000, isExposed });
    const { assigned, exposed, exposedOfAssigned } = healthOf(core).pValues;
    expect(assigned).toBeGreaterThan(0.001);
    expect(exposed).toBeLessThan(0.001);
    expect(exposedOfAssigned).toBeLessThan(0.001);
    expect(causesOf(core)).toEqual(['one_sided_errors', 'matcher_gap']);
  });

  it('a variation that fails seldom, which only those who are missing tell', () => {
    const { core } = bench(splitting([50, 50]), { tracking: 'hold' });
    const dice = new Dice(9);
    const isExposed = ({ variationKey }: { variationKey: string | null }) =>
      dice.chance(variationKey === 'b' ? 0.92 : 0.97);
    browse(core, dice, { visitors: 3_000, isExposed });
    const { assigned, exposed, exposedOfAssigned } = healthOf(core).pValues;
    expect(assigned).toBeGreaterThan(0.001);
    expect(exposed).toBeGreaterThan(0.001);
    expect(exposedOfAssigned).toBeLessThan(0.001);
    expect(causesOf(core)).toEqual(['one_sided_errors', 'matcher_gap']);
  });

  it('the same among more visitors than can be followed', () => {
    const { core } = bench(splitting([50, 50]), { tracking: 'hold' });
    const dice = new Dice(9);
    const isExposed = ({ variationKey }: { variationKey: string | null }) =>
      dice.chance(variationKey === 'b' ? 0.92 : 0.97);
    browse(core, dice, { visitors: 30_000, pages: [1, 1], isExposed });
    expect(healthOf(core).pValues.exposedOfAssigned).toBeLessThan(0.001);
  });

  it('a variation that is seen by nobody', () => {
    const { core } = bench(splitting([40, 30, 30]), { tracking: 'hold' });
    browse(core, new Dice(9), { visitors: 1_000, isExposed: ({ variationKey }) => variationKey !== 'c' });
    expect(causesOf(core)).toEqual(['one_sided_errors', 'matcher_gap']);
  });

  it('a skew of exposures alone, whose decisions another process made: it may be either', () => {
    const { core } = bench(splitting([50, 50]), { tracking: 'hold' });
    const dice = new Dice(9);
    for (const at of numbered(1_000)) {
      const variationId = dice.chance(0.4) ? '101' : '102';
      core.createContext(`visitor-${at}`).expose({ experienceId: '10', variationId });
    }
    expect(causesOf(core)).toEqual(['shared_visitor_id', 'one_sided_errors', 'matcher_gap']);
  });

  it('visitors who see what this process never decided', () => {
    const { core } = bench(splitting([50, 50]), { tracking: 'hold' });
    const elsewhere = bench(splitting([50, 50]), { tracking: 'hold' }).core;
    const show = (from: number, to: number) => {
      for (let at = from; at < to; at++) {
        const [assignment] = elsewhere.createContext(`visitor-${at}`).toPayload().experiences;
        if (assignment !== undefined) core.createContext(`visitor-${at}`).expose(assignment);
      }
    };
    show(0, 99);
    expect(causesOf(core)).toEqual([]);
    show(99, 2_000);
    expect(causesOf(core)).toEqual(['matcher_gap']);
    expect(healthOf(core).causes[0]?.message).toContain('unless another process');
    browse(core, new Dice(1), { visitors: 100 });
    expect(causesOf(core)).toEqual([]);
  });

  it('bots, of which hardly any sees anything', () => {
    const { core } = bench(splitting([50, 50], [30, 70]), { tracking: 'hold' });
    browse(core, new Dice(3), { visitors: 3_000, isExposed: (_assignment, visitor) => visitor % 20 === 0 });
    expect([causesOf(core), causesOf(core, 'e1')]).toEqual([['bots'], ['bots']]);
  });

  it('but not an experience that few get to, nor a process that is told of no exposure', () => {
    const deep = bench(splitting([50, 50], [30, 70]), { tracking: 'hold' }).core;
    const isExposed = ({ experienceKey }: { experienceKey: string }, visitor: number) =>
      visitor % (experienceKey === 'e0' ? 2 : 20) === 0;
    browse(deep, new Dice(3), { visitors: 3_000, isExposed });
    expect(deep.health().isSuspicious).toBe(false);
    const decidesOnly = bench(splitting([50, 50]), { tracking: 'hold' }).core;
    browse(decidesOnly, new Dice(3), { visitors: 3_000, isExposed: () => false });
    expect(decidesOnly.health().isSuspicious).toBe(false);
  });

  it('a split that is skewed although everybody who was assigned is exposed, which no error explains', () => {
    const { core } = bench(splitting([50, 50]), { tracking: 'hold' });
    for (const at of numbered(60_000)) {
      const context = core.createContext(`visitor-${at}`);
      const isMissing = at % 20 === 0 && context.diagnoseExperience('e0').details.variationKey === 'b';
      if (!isMissing) context.runExperience('e0');
    }
    const { assigned, exposed } = healthOf(core).pValues;
    expect(assigned).toBeGreaterThan(0.001);
    expect(exposed).toBeLessThan(0.001);
    expect(causesOf(core)).toEqual(['shared_visitor_id']);
  });

  it('one experience at a time', () => {
    const core = fair();
    for (const at of numbered(600)) core.createContext(`late-${at}`).expose({ experienceId: '10', variationId: '101' });
    expect(core.health().isSuspicious).toBe(true);
    expect(causesOf(core).length).toBeGreaterThan(0);
    expect(causesOf(core, 'e1')).toEqual([]);
  });

  it('each with a sentence that says what to check', () => {
    const { core } = bench(splitting([50, 50]), { tracking: 'hold' });
    browse(core, new Dice(9), { visitors: 1_000, isExposed: ({ variationKey }) => variationKey !== 'b' });
    for (const { message } of healthOf(core).causes) expect(message).toMatch(/Check /);
  });
});

describe('a difference is found', () => {
  it('the sooner the bigger it is', () => {
    const needed = (rate: number): number => {
      const { core } = bench(splitting([50, 50]), { tracking: 'hold' });
      const dice = new Dice(21);
      for (let visitors = 0; visitors < 40_000; visitors += 250) {
        browse(core, dice, {
          visitors: 250,
          pages: [1, 1],
          isExposed: ({ variationKey }) => dice.chance(variationKey === 'b' ? 0.6 * rate : 0.6),
        });
        if (healthOf(core).isSuspicious) return visitors;
      }
      return Number.POSITIVE_INFINITY;
    };
    const [half, tenth, twentieth] = [needed(0.5), needed(0.9), needed(0.95)];
    expect(half).toBeLessThan(1_000);
    expect(tenth).toBeLessThan(12_000);
    expect(twentieth).toBeLessThan(40_000);
    expect(half).toBeLessThan(tenth);
  });
});
