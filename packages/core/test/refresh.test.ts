import type { CoreOptions } from '@convert-fullstack/core';
import { describe, expect, it } from 'vitest';
import { ManualClock, settled } from './support/manual-clock.ts';
import { type ConfigAnswer, fetchedBench } from './support/ports.ts';
import { experience, type Json, project, shop } from './support/project.ts';

function refreshBench(options: Partial<CoreOptions> = {}) {
  const clock = new ManualClock();
  const made = fetchedBench({ clock, random: () => 0, ...options });
  const heard: string[] = [];
  made.core.on('ready', () => heard.push('ready'));
  made.core.on('configUpdated', ({ entityCounts }) => heard.push(`updated:${entityCounts.experience}`));
  return { ...made, clock, heard };
}

const config = (experiences: number, more: Json = {}): ConfigAnswer => ({
  status: 200,
  body: project({
    experiences: Array.from({ length: experiences }, (_, at) => experience(`${at + 1}`, `e${at}`)),
    ...more,
  }),
});
const good = config(1);

describe('the first fetch', () => {
  it('makes Core ready', async () => {
    const { core, transport, heard } = refreshBench();
    transport.configs = [good];
    expect(core.isReady).toBe(false);
    expect(await core.initialize()).toBe(core);
    expect(core.isReady).toBe(true);
    expect(heard).toEqual(['ready', 'updated:1']);
  });

  it('is shared by all who initialize', async () => {
    const { core, transport, heard } = refreshBench();
    transport.configs = [good];
    await Promise.all([core.initialize(), core.initialize(), core.refreshNow()]);
    await core.initialize();
    expect(transport.configRequests).toHaveLength(1);
    expect(heard).toEqual(['ready', 'updated:1']);
  });

  it('that fails resolves initialize() all the same, and is tried again until it works', async () => {
    const { core, transport, heard, logger, clock } = refreshBench();
    transport.configs = [new Error('refused'), { status: 500 }, { status: 200, body: '<html>' }, good];
    await core.initialize();
    expect(core.isReady).toBe(false);
    const waits: (number | null)[] = [];
    for (let attempt = 0; attempt < 3; attempt++) {
      waits.push(clock.nextIn);
      await clock.advance(clock.nextIn ?? 0);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000]);
    expect(core.isReady).toBe(true);
    expect(heard).toEqual(['ready', 'updated:1']);
    expect(logger.warnings).toEqual(['The config could not be fetched; no experiment runs until it can.']);
  });

  it('is tried for ever, at most ten minutes apart', async () => {
    const { core, transport, clock } = refreshBench();
    transport.configs = [{ status: 503 }];
    await core.initialize();
    await clock.advance(86_400_000);
    expect(clock.nextIn).toBeLessThanOrEqual(600_000);
    const { length } = transport.configRequests;
    expect(length).toBeGreaterThan(140);
    transport.configs = [good];
    await clock.advance(600_000);
    expect(core.isReady).toBe(true);
  });

  it('is given up after the time limit, and the request with it', async () => {
    const { core, transport, clock } = refreshBench();
    transport.configs = [new Promise<ConfigAnswer>(() => {}), good];
    const initialized = core.initialize();
    await clock.advance(5_000);
    await initialized;
    expect(core.isReady).toBe(false);
    expect(transport.configRequests[0]?.signal.aborted).toBe(true);
    await clock.advance(1_000);
    expect(core.isReady).toBe(true);
  });
});

describe('a key that is refused', () => {
  it.each([401, 403])('with %i is tried again slowly, with one clear warning', async (status) => {
    const { core, transport, logger, clock } = refreshBench();
    transport.configs = [{ status }];
    await core.initialize();
    expect(clock.nextIn).toBe(60_000);
    await clock.advance(3_600_000);
    expect(transport.configRequests.length).toBeLessThan(15);
    expect(transport.configRequests.length).toBeGreaterThan(6);
    expect(logger.warnings).toHaveLength(1);
    expect(logger.warnings[0]).toContain('refuses the SDK key');
    expect(logger.records[0]?.details).toEqual({ reason: `status ${status}` });
  });

  it('is named also when something else had failed before', async () => {
    const { core, transport, logger, clock } = refreshBench();
    transport.configs = [new Error('offline'), { status: 403 }];
    await core.initialize();
    await clock.advance(1_000);
    await clock.advance(600_000);
    expect(logger.warnings.filter((warning) => warning.includes('refuses the SDK key'))).toHaveLength(1);
  });
});

describe('polling', () => {
  it('asks every five minutes, up to half a minute later by chance', async () => {
    const { core, transport, clock } = refreshBench({ random: () => 0.5 });
    transport.configs = [good];
    await core.initialize();
    expect(clock.nextIn).toBe(315_000);
    await clock.advance(3_150_000);
    expect(transport.configRequests).toHaveLength(11);
  });

  it('swaps the config for new contexts and leaves those that exist alone', async () => {
    const { core, transport, clock, heard } = refreshBench();
    transport.configs = [good, config(2)];
    await core.initialize();
    const before = core.createContext('visitor-1');
    await clock.advance(300_000);
    expect(heard).toEqual(['ready', 'updated:1', 'updated:2']);
    expect(before.runExperiences()).toHaveLength(1);
    expect(core.createContext('visitor-1').runExperiences()).toHaveLength(2);
  });

  it('is no news when only the service’s stamp changed', async () => {
    const { core, transport, clock, heard } = refreshBench();
    transport.configs = [1, 2, 3].map((stamp) => config(1, { _s_t: stamp }));
    await core.initialize();
    const version = core.currentConfig?.version;
    await clock.advance(900_000);
    expect(transport.configRequests.length).toBeGreaterThan(3);
    expect(heard).toEqual(['ready', 'updated:1']);
    expect(core.currentConfig?.version).toBe(version);
  });

  it('is news when a single number changed', async () => {
    const { core, transport, clock, heard } = refreshBench();
    const changed = experience('1', 'e0', { variations: [{ id: '11', key: 'a', traffic_allocation: 49.9 }] });
    transport.configs = [good, { status: 200, body: project({ experiences: [changed] }) }];
    await core.initialize();
    const version = core.currentConfig?.version;
    await clock.advance(300_000);
    expect(heard).toHaveLength(3);
    expect(core.currentConfig?.version).not.toBe(version);
  });

  it.each<[string, ConfigAnswer | Error]>([
    ['500', { status: 500 }],
    ['404', { status: 404 }],
    ['204', { status: 204 }],
    ['a page', { status: 200, body: '<html>' }],
    ['truncated JSON', new SyntaxError('Unexpected end of JSON input')],
    ['an error body', { status: 200, body: { error: 'x' } }],
    ['{}', { status: 200, body: {} }],
    ['no connection', new TypeError('fetch failed')],
  ])('keeps the last good config through %s, says so once, and recovers', async (_name, fault) => {
    const { core, transport, clock, heard, logger } = refreshBench();
    transport.configs = [good, fault, fault, fault, config(2)];
    await core.initialize();
    await clock.advance(300_000);
    expect(core.isReady).toBe(true);
    expect(core.createContext('visitor-1').runExperiences()).toHaveLength(1);
    await clock.advance(3_600_000);
    expect(heard).toEqual(['ready', 'updated:1', 'updated:2']);
    expect(logger.warnings).toEqual(['The config could not be fetched; the last good config stays in use.']);
  });

  it('goes on after a runtime was frozen: the next context asks, and is not kept waiting', async () => {
    const { core, transport, clock } = refreshBench();
    transport.configs = [good, config(2)];
    await core.initialize();
    clock.freeze(299_999);
    core.createContext('visitor-1');
    expect(transport.configRequests).toHaveLength(1);
    clock.freeze(1);
    expect(core.createContext('visitor-1').runExperiences()).toHaveLength(1);
    core.createContext('visitor-2');
    await core.loadContext('visitor-3');
    await settled();
    expect(transport.configRequests).toHaveLength(2);
    expect(core.createContext('visitor-1').runExperiences()).toHaveLength(2);
    expect(transport.configRequests).toHaveLength(2);
  });

  it('goes on after a runtime was frozen in the middle of a failing start', async () => {
    const { core, transport, clock } = refreshBench();
    transport.configs = [{ status: 500 }, good];
    await core.initialize();
    clock.freeze(5_000);
    expect(core.createContext('visitor-1').runExperiences()).toEqual([]);
    await settled();
    expect(core.isReady).toBe(true);
  });

  it('keeps one timer, whatever happens', async () => {
    const { core, transport, clock } = refreshBench();
    transport.configs = [good];
    await core.initialize();
    for (let round = 0; round < 5; round++) await core.refreshNow();
    expect(clock.timers).toBe(1);
    expect(clock.nextIn).toBe(300_000);
  });
});

describe('refreshNow()', () => {
  it('asks at once; calls that overlap share one request', async () => {
    const { core, transport, heard } = refreshBench();
    transport.configs = [good, config(2), config(3)];
    await core.initialize();
    await Promise.all([core.refreshNow(), core.refreshNow(), core.refreshNow()]);
    expect(transport.configRequests).toHaveLength(2);
    await core.refreshNow();
    expect(heard).toEqual(['ready', 'updated:1', 'updated:2', 'updated:3']);
  });

  it('never rejects', async () => {
    const { core, transport } = refreshBench();
    transport.configs = [new Error('down')];
    await expect(core.refreshNow()).resolves.toBeUndefined();
    await core.close();
    await expect(core.refreshNow()).resolves.toBeUndefined();
    expect(transport.configRequests).toHaveLength(1);
  });
});

describe('refresh: false', () => {
  it('fetches once', async () => {
    const { core, transport, clock } = refreshBench({ refresh: false });
    transport.configs = [good];
    await core.initialize();
    await clock.advance(86_400_000);
    clock.freeze(86_400_000);
    core.createContext('visitor-1');
    expect([transport.configRequests.length, clock.timers]).toEqual([1, 0]);
    await core.refreshNow();
    expect(transport.configRequests).toHaveLength(2);
    expect(clock.timers).toBe(0);
  });

  it('still tries until the first success', async () => {
    const { core, transport, clock } = refreshBench({ refresh: false });
    transport.configs = [{ status: 500 }, { status: 500 }, good];
    await core.initialize();
    await clock.advance(10_000);
    expect([core.isReady, transport.configRequests.length, clock.timers]).toEqual([true, 3, 0]);
  });
});

describe('fallbackData', () => {
  it('serves until the first success and is not announced', async () => {
    const { core, transport, clock, heard } = refreshBench({
      fallbackData: project({ experiences: [experience('9', 'fallback')] }),
    });
    transport.configs = [{ status: 500 }, good];
    expect(core.isReady).toBe(true);
    expect(core.createContext('visitor-1').runExperience('fallback')).not.toBeNull();
    await core.initialize();
    expect(core.createContext('visitor-1').runExperience('fallback')).not.toBeNull();
    expect(heard).toEqual([]);
    await clock.advance(1_000);
    expect(heard).toEqual(['ready', 'updated:1']);
    expect(core.createContext('visitor-1').runExperience('fallback')).toBeNull();
  });

  it('that equals the first config is announced all the same', async () => {
    const { core, transport, heard } = refreshBench({ fallbackData: good.body });
    transport.configs = [good];
    await core.initialize();
    expect(heard).toEqual(['ready', 'updated:1']);
  });
});

describe('ETag', () => {
  it('is sent back, and 304 keeps the config without an announcement', async () => {
    const { core, transport, clock, heard } = refreshBench();
    transport.configs = [
      { ...good, headers: { etag: '"a"' } },
      { status: 304 },
      { ...config(2), headers: { etag: '"b"' } },
      { status: 304 },
    ];
    await core.initialize();
    await clock.advance(900_000);
    const sent = transport.configRequests.map(({ headers }) => headers['if-none-match']);
    expect(sent).toEqual([undefined, '"a"', '"a"', '"b"']);
    expect(heard).toEqual(['ready', 'updated:1', 'updated:2']);
  });

  it('of an answer that is no config is not sent back', async () => {
    const { core, transport, clock } = refreshBench();
    transport.configs = [{ status: 200, body: {}, headers: { etag: '"broken"' } }, good, good];
    await core.initialize();
    await clock.advance(1_000);
    await core.refreshNow();
    expect(transport.configRequests.map(({ headers }) => headers['if-none-match'])).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('close()', () => {
  it('ends polling for good', async () => {
    const { core, transport, clock } = refreshBench();
    transport.configs = [good];
    await core.initialize();
    await core.close();
    await clock.advance(86_400_000);
    clock.freeze(86_400_000);
    core.createContext('visitor-1');
    expect([transport.configRequests.length, clock.timers]).toEqual([1, 0]);
  });

  it('ends a request that is under way, and what it brings changes nothing', async () => {
    const { core, transport, clock, heard } = refreshBench();
    let give: (answer: ConfigAnswer) => void = () => {};
    transport.configs = [
      new Promise((resolve) => {
        give = resolve;
      }),
    ];
    const initialized = core.initialize();
    await core.close();
    give(good);
    await initialized;
    await settled();
    expect([core.isReady, heard, clock.timers]).toEqual([false, [], 0]);
    expect(transport.configRequests[0]?.signal.aborted).toBe(true);
  });
});

describe('the request', () => {
  const asked = async (options: Partial<CoreOptions>): Promise<[string, Record<string, string>]> => {
    const { core, transport } = refreshBench(options);
    transport.configs = [good];
    await core.initialize();
    const url = new URL(transport.configRequests[0]?.url ?? '');
    return [`${url.origin}${url.pathname}`, Object.fromEntries(url.searchParams)];
  };

  it('goes to the config of the key, with what is configured and nothing else', async () => {
    const host = 'https://cdn-4.convertexperiments.com/api/v1/config/key-1';
    expect(await asked({})).toEqual([host, {}]);
    expect(await asked({ environment: 'production' })).toEqual([host, { environment: 'production' }]);
    expect(await asked({ cacheLevel: 'low' })).toEqual([host, { _conv_low_cache: '1' }]);
    expect(await asked({ cacheLevel: 'default' })).toEqual([host, {}]);
    expect(await asked({ debugToken: 'd&t', environment: 'a b' })).toEqual([
      host,
      { environment: 'a b', _conv_low_cache: '1', debug_token: 'd&t' },
    ]);
    expect((await asked({ sdkKey: 'a/b?c' }))[0]).toBe('https://cdn-4.convertexperiments.com/api/v1/config/a%2Fb%3Fc');
  });

  it('carries the secret as a bearer token, if there is one', async () => {
    const headersWith = async (options: Partial<CoreOptions>) => {
      const { core, transport } = refreshBench(options);
      transport.configs = [good];
      await core.initialize();
      return transport.configRequests[0]?.headers;
    };
    expect(await headersWith({ sdkKeySecret: 's' })).toEqual({
      accept: 'application/json',
      'user-agent': 'ConvertAgent/1.0',
      authorization: 'Bearer s',
    });
    expect(await headersWith({})).toEqual({ accept: 'application/json', 'user-agent': 'ConvertAgent/1.0' });
  });
});

describe('with an embedded config', () => {
  it('nothing is ever fetched, and ready is announced by initialize()', async () => {
    const { core, transport, heard } = refreshBench({ sdkKey: '', data: shop() });
    expect([core.isReady, heard]).toEqual([true, []]);
    await Promise.all([core.initialize(), core.initialize()]);
    await core.refreshNow();
    expect(heard).toEqual(['ready', 'updated:2']);
    expect(transport.configRequests).toEqual([]);
  });

  it('handlers registered right after initialize() was called hear of it', async () => {
    const { core } = refreshBench({ sdkKey: '', data: shop() });
    const heard: unknown[] = [];
    const initialized = core.initialize();
    core.on('ready', (snapshot) => heard.push(snapshot));
    await initialized;
    expect(heard).toEqual([core.currentConfig]);
  });
});
