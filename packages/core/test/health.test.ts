import type { Core, DataStore } from '@convert-fullstack/core';
import { describe, expect, it } from 'vitest';
import { Dice } from './support/official-projects.ts';
import { bench, fetchedBench, MemoryStore } from './support/ports.ts';
import { arms, experience, type Json, project, shop, storeKey } from './support/project.ts';
import { browse, counts, healthOf, splitting } from './support/traffic.ts';

const numbered = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

describe('a visitor is counted once', () => {
  it('as assigned and exposed, however often the experience is run', () => {
    const { core } = bench(splitting([100]));
    for (let round = 0; round < 3; round++) {
      for (const visitorId of ['visitor-1', 'visitor-2']) {
        const context = core.createContext(visitorId);
        context.runExperience('e0');
        context.runExperiences();
        context.expose({ experienceId: '10', variationId: '101' });
        context.toPayload();
      }
    }
    expect(healthOf(core).variations).toEqual([
      { variationKey: 'a', variationId: '101', share: 1, assigned: 2, exposed: 2, converted: 0, errors: 0 },
    ]);
  });

  it('is told which variation threw, how often, and Convert is not', async () => {
    const { core, transport } = bench(splitting([50, 50]));
    const context = core.createContext('visitor-1');
    for (const variationId of ['102', '102', '404']) context.reportError({ experienceId: '10', variationId });
    context.reportError({ experienceId: '404', variationId: '102' });
    expect(healthOf(core).variations.map(({ errors }) => errors)).toEqual([0, 2]);
    await context.setPreview({ experienceId: '10', variationId: '101' });
    context.reportError({ experienceId: '10', variationId: '101' });
    expect(healthOf(core).variations.map(({ errors }) => errors)).toEqual([0, 2]);
    await core.flush();
    expect(transport.sent).toEqual([]);
  });

  it('as assigned, however many payloads are made for it in however many ways', () => {
    const { core } = bench(splitting([100]));
    for (let round = 0; round < 50; round++) {
      for (const visitorId of ['visitor-1', 'visitor-2', 'visitor-3']) {
        core.createContext(visitorId).toPayload();
        core.payloadFor(visitorId, [['10', '101']]);
      }
    }
    expect([counts(core, 'assigned'), counts(core, 'exposed')]).toEqual([{ a: 3 }, { a: 0 }]);
  });

  it('as exposed only when it is, and as assigned before that', () => {
    const { core } = bench(splitting([100]));
    core.createContext('visitor-1').runExperience('e0', { enableTracking: false });
    expect([counts(core, 'assigned'), counts(core, 'exposed')]).toEqual([{ a: 1 }, { a: 0 }]);
    core.createContext('visitor-1').runExperience('e0');
    expect([counts(core, 'assigned'), counts(core, 'exposed')]).toEqual([{ a: 1 }, { a: 1 }]);
  });

  it('as exposed, not as assigned, when what it was shown was decided elsewhere', () => {
    const { core } = bench(splitting([100]));
    core.createContext('visitor-1').expose({ experienceId: '10', variationId: '101' });
    expect([counts(core, 'assigned'), counts(core, 'exposed')]).toEqual([{ a: 0 }, { a: 1 }]);
  });

  it('not at all when its decision comes from the store', () => {
    const dataStore = new MemoryStore();
    dataStore.set(storeKey('visitor-1'), { bucketing: { '10': '101' } });
    const { core } = bench(splitting([100]), { dataStore });
    core.createContext('visitor-1').runExperience('e0');
    expect(core.health().experiences).toEqual([]);
    core.createContext('visitor-1').toPayload();
    expect(counts(core, 'assigned')).toEqual({ a: 0 });
  });

  it('by the variation it changed to as well', () => {
    const { core } = bench(splitting([50, 50]));
    const context = core.createContext('visitor-1');
    context.expose({ experienceId: '10', variationId: '101' });
    context.expose({ experienceId: '10', variationId: '102' });
    expect(counts(core, 'exposed')).toEqual({ a: 1, b: 1 });
  });
});

describe('a visitor who converts', () => {
  const visit = (core: Core, visitorId = 'visitor-1') => core.createContext(visitorId);

  it('is counted once for each variation that is credited, whatever the goals and however often', () => {
    const { core } = bench(splitting([100], [100], [100]));
    visit(core).runExperience('e0');
    visit(core).expose({ experienceId: '20', variationId: '201' });
    for (let round = 0; round < 3; round++) {
      visit(core).trackConversion('purchase', { revenue: round, forceMultiple: true });
      visit(core).trackConversion('signup');
      visit(core).trackConversion('unknown');
    }
    expect([counts(core, 'converted', 'e0'), counts(core, 'converted', 'e1')]).toEqual([{ a: 1 }, { a: 1 }]);
    expect(core.health().experiences).toHaveLength(2);
  });

  it('is counted for what it was shown elsewhere, if the config knows that', () => {
    const { core } = bench(splitting([100]));
    const exposed = { '10': '101', '99': '1', constructor: 'x' };
    visit(core).trackConversion('purchase', { exposed });
    expect(counts(core, 'converted')).toEqual({ a: 1 });
    expect(core.health().experiences).toHaveLength(1);
  });

  it('is counted for experiences that follow', () => {
    const { core } = bench(splitting([100], [100]));
    visit(core).runExperience('e0');
    visit(core).trackConversion('purchase');
    visit(core).runExperience('e1');
    visit(core).trackConversion('signup');
    expect([counts(core, 'converted', 'e0'), counts(core, 'converted', 'e1')]).toEqual([{ a: 1 }, { a: 1 }]);
  });

  it('is not counted again by a process that reads from the store that it did', () => {
    const dataStore = new MemoryStore();
    const [first, second] = [bench(splitting([100]), { dataStore }).core, bench(splitting([100]), { dataStore }).core];
    visit(first).runExperience('e0');
    visit(first).trackConversion('purchase');
    visit(second).trackConversion('signup');
    expect(second.health().experiences).toEqual([]);
  });
});

describe('nothing is counted', () => {
  it('for previews, diagnoses, misses and what is not tracked', async () => {
    const { core } = bench(shop(), { tracking: 'off' });
    const context = core.createContext('visitor-1');
    context.runExperience('unknown');
    context.diagnoseExperience('hero');
    context.diagnoseFeature('banner');
    context.trackConversion('purchase');
    await context.setPreview({ experienceId: '10', variationId: '102' });
    context.runExperiences();
    context.runFeatures();
    context.toPayload();
    context.expose({ experienceId: '10', variationId: '102' });
    context.trackConversion('purchase');
    core.payloadFor('visitor-1', []);
    core.payloadFor('visitor-1', [['10', 'unknown']]);
    core.assignment('10', '101');
    expect(core.health()).toEqual({ isSuspicious: false, experiences: [] });
  });

  it('before there is a config', () => {
    const { core } = fetchedBench();
    core.createContext('visitor-1').runExperiences();
    core.createContext('visitor-1').toPayload();
    expect(core.health()).toEqual({ isSuspicious: false, experiences: [] });
  });

  it('twice, by processes whose store says that another was first', async () => {
    const added = new Set<string>();
    const dataStore: DataStore = {
      get: () => null,
      set: () => {},
      add: async (key) => !added.has(key) && !!added.add(key),
    };
    const cores = numbered(3).map(() => bench(splitting([100]), { dataStore }).core);
    for (const core of cores) {
      const context = core.createContext('visitor-1');
      context.expose({ experienceId: '10', variationId: '101' });
      context.trackConversion('purchase');
    }
    await Promise.all(cores.map((core) => core.flush()));
    const totals = cores.flatMap((core) => core.health().experiences.flatMap(({ variations }) => variations));
    expect(totals.map(({ exposed, converted }) => [exposed, converted])).toEqual([[1, 1]]);
  });
});

describe('the report', () => {
  it('has the experiences that something was counted of, in config order, and all their variations', () => {
    const { core } = bench(splitting([50, 30], [100], [20, 0, 20]));
    for (const at of numbered(20)) {
      core.createContext(`visitor-${at}`).runExperience('e2');
      core.createContext(`visitor-${at}`).toPayload({ only: ['e0'] });
    }
    const { experiences } = core.health();
    expect(experiences.map(({ experienceKey, experienceId }) => [experienceKey, experienceId])).toEqual([
      ['e0', '10'],
      ['e2', '30'],
    ]);
    expect(counts(core, 'share')).toEqual({ a: 0.625, b: 0.375 });
    expect(counts(core, 'share', 'e2')).toEqual({ a: 0.5, b: 0, c: 0.5 });
    for (const { pValues, isSuspicious, causes } of experiences) {
      expect(pValues).toEqual({ assigned: null, exposed: null, exposedOfAssigned: null });
      expect([isSuspicious, causes]).toEqual([false, []]);
    }
  });

  it('knows the split of every way to lay out traffic', () => {
    const split = (shares: (number | null)[], more: Json, parts: Json[] = []) => {
      const variations = arms('10', shares, parts);
      const { core } = bench(project({ experiences: [experience('10', 'e0', { variations, ...more })] }));
      for (const at of numbered(300)) core.createContext(`visitor-${at}`).runExperience('e0');
      return Object.values(counts(core, 'share')).map((share) => Number(share.toFixed(3)));
    };
    expect(split([50, 50], { version: 11 })).toEqual([0.5, 0.5]);
    expect(split([80, 80], { version: 11 })).toEqual([0.8, 0.2]);
    expect(split([null, 50], { version: 11 })).toEqual([1, 0]);
    expect(split([40, 40], { version: 11 }, [{ status: 'stopped' }])).toEqual([0, 1]);
    expect(split([10, 30], { version: 12 })).toEqual([0.25, 0.75]);
    expect(split([33.3, 33.3, 33.4], { version: 12 })).toEqual([0.333, 0.333, 0.334]);
    expect(split([2, 2], { version: 12 })).toEqual([0.5, 0.5]);
  });

  it('stands for itself: later visitors do not change it', () => {
    const { core } = bench(splitting([100]));
    core.createContext('visitor-1').runExperience('e0');
    const before = core.health();
    const copy = structuredClone(before);
    core.createContext('visitor-2').runExperience('e0');
    expect(before).toEqual(copy);
    expect(core.health()).not.toEqual(copy);
  });

  it('is plain JSON that names no visitor', () => {
    const { core } = bench(splitting([50, 50], [100]));
    browse(core, new Dice(1), { visitors: 200, idOf: (visitor) => `canary-${visitor}` });
    const text = JSON.stringify(core.health());
    expect(JSON.parse(text)).toEqual(core.health());
    expect(text).not.toContain('canary');
  });

  it('judges nothing of an experience with one variation, however many visitors it has', () => {
    const { core } = bench(splitting([100], [0, 40]));
    browse(core, new Dice(1), { visitors: 3_000 });
    for (const { pValues, isSuspicious } of core.health().experiences) {
      expect(pValues).toEqual({ assigned: null, exposed: null, exposedOfAssigned: null });
      expect(isSuspicious).toBe(false);
    }
  });

  it('bears configs in which ids and keys repeat', () => {
    const repeated = project({
      experiences: [
        experience('10', 'e0', { variations: [...arms('10', [50, 50]), ...arms('10', [50, 50]), { key: 'none' }] }),
        experience('10', 'e1'),
        experience('20', 'e0'),
        experience('30', 'e2', { variations: [] }),
      ],
    });
    const { core } = bench(repeated);
    browse(core, new Dice(1), { visitors: 2_000 });
    for (const at of numbered(500)) core.createContext(`runner-${at}`).runExperiences();
    expect(healthOf(core).variations.reduce((sum, { assigned }) => sum + assigned, 0)).toBeGreaterThan(0);
    expect(core.health().experiences.every(({ variations }) => variations.every(({ share }) => share <= 1))).toBe(true);
  });
});

describe('when the config changes', () => {
  const served = async (...configs: Json[]) => {
    const { core, transport } = fetchedBench({ tracking: 'hold' });
    transport.configs = configs.map((body) => ({ status: 200, body }));
    await core.initialize();
    return core;
  };
  const run = (core: Core, prefix: string, count = 10) => {
    for (const at of numbered(count)) core.createContext(`${prefix}-${at}`).runExperiences();
  };
  const total = (core: Core, experienceKey: string): number =>
    Object.values(counts(core, 'assigned', experienceKey)).reduce((sum, count) => sum + count, 0);

  it('an experience that is split as before goes on counting, wherever it stands and whatever else changes', async () => {
    const before = splitting([50, 50], [30, 70]);
    const [first, second] = before.experiences as Json[];
    const after = { ...before, experiences: [experience('77', 'new'), { ...second, name: 'Renamed' }, first] };
    const core = await served(before, after);
    run(core, 'early');
    core.createContext('payload-1').toPayload();
    core.createContext('early-1').trackConversion('purchase');
    const [exposed, converted] = [counts(core, 'exposed', 'e1'), counts(core, 'converted', 'e1')];
    await core.refreshNow();
    expect([counts(core, 'exposed', 'e1'), counts(core, 'converted', 'e1')]).toEqual([exposed, converted]);
    expect([total(core, 'e0'), total(core, 'e1')]).toEqual([11, 11]);
    run(core, 'late');
    expect([total(core, 'e0'), total(core, 'e1'), total(core, 'new')]).toEqual([21, 21, 10]);
    core.createContext('payload-1').toPayload();
    expect(total(core, 'e0')).toBe(21);
  });

  it.each<[string, Json]>([
    ['other shares', splitting([30, 70])],
    ['another variation', splitting([50, 50, 10])],
    [
      'another layout of its traffic',
      project({ experiences: [experience('10', 'e0', { version: 11, variations: arms('10', [40, 40]) })] }),
    ],
    [
      'a variation that was stopped',
      project({ experiences: [experience('10', 'e0', { variations: arms('10', [50, 50], [{ status: 'stopped' }]) })] }),
    ],
  ])('an experience with %s begins anew, others do not', async (_what, changed) => {
    const kept = experience('20', 'kept');
    const with20 = (config: Json): Json => ({ ...config, experiences: [...(config.experiences as Json[]), kept] });
    const core = await served(with20(splitting([50, 50])), with20(changed));
    run(core, 'early');
    expect(total(core, 'e0')).toBe(10);
    await core.refreshNow();
    expect(core.health().experiences.map(({ experienceKey }) => experienceKey)).toEqual(['kept']);
    run(core, 'late', 3);
    expect([total(core, 'e0') <= 3, total(core, 'kept')]).toEqual([true, 13]);
  });

  it('contexts of the old one count for the new one as far as the split is the same', async () => {
    const before = splitting([100], [100]);
    const after = {
      ...splitting([100, 0], [100]),
      experiences: [...(splitting([100, 0], [100]).experiences as Json[])].reverse(),
    };
    const core = await served(before, after);
    const old = core.createContext('visitor-1');
    await core.refreshNow();
    old.runExperiences();
    old.toPayload();
    old.trackConversion('purchase');
    expect(core.health().experiences.map(({ experienceKey }) => experienceKey)).toEqual(['e1']);
    expect(healthOf(core, 'e1').variations).toMatchObject([{ assigned: 1, exposed: 1, converted: 1 }]);
  });

  it('an experience that is gone is not reported', async () => {
    const core = await served(splitting([100], [100]), splitting([100]));
    run(core, 'early');
    await core.refreshNow();
    expect(core.health().experiences.map(({ experienceKey }) => experienceKey)).toEqual(['e0']);
  });
});

it('an experience begins anew when there is no room to tell more visitors apart', () => {
  const crowd = project({ experiences: numbered(4_000).map((at) => experience(`${at + 1}`, `e${at}`)) });
  const { core } = bench(crowd, { tracking: 'hold' });
  const assigned = (): number => Object.values(counts(core, 'assigned')).reduce((sum, count) => sum + count, 0);
  let most = 0;
  for (const at of numbered(30_000)) {
    core.payloadFor(`visitor-${at}`, [['1', at % 2 === 0 ? '11' : '12']]);
    if (at % 500 === 0) most = Math.max(most, assigned());
  }
  expect(most).toBeGreaterThan(4_000);
  expect(assigned()).toBeLessThan(most);
  expect(core.health().isSuspicious).toBe(false);
});
