import { Core, type CoreOptions, type DataStore, type LogLevel } from '@convert-fullstack/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ManualClock, settled } from './support/manual-clock.ts';
import { type ConfigAnswer, MemoryLogger, MemoryTransport } from './support/ports.ts';
import { all, audience, experience, inExperience, project, shop, where } from './support/project.ts';

const CANARY = 'canary';
const KEY = 'canary-sdk-key';
const SECRET = 'canary-secret';
const TOKEN = 'canary-token';
const VISITOR = 'canary-visitor';
const ATTRIBUTES = { email: 'canary-email', country: 'canary-country' };

/** Errors as transports and stores throw them: their messages quote what they were given. */
const talkative = (): Error =>
  Object.assign(new TypeError(`fetch failed: https://host/config/${KEY}?debug_token=${TOKEN} ${SECRET} ${VISITOR}`), {
    cause: Object.assign(new Error(`connect ECONNREFUSED ${KEY}`), { code: 'ECONNREFUSED' }),
  });

const troubled = () =>
  project({
    ...shop(),
    audiences: [audience('7', all(where('country', 'equals', 'DE'), inExperience('unknown-experience')))],
    experiences: [experience('10', 'hero', { audiences: ['7', '404'] }), experience('20', 'checkout')],
  });

interface Scene {
  readonly configs?: (ConfigAnswer | Error)[];
  readonly answers?: MemoryTransport['answers'];
  readonly options?: Partial<CoreOptions>;
}

const store = (operation: 'get' | 'set', how: 'throw' | 'reject'): DataStore => {
  const fail = (): never => {
    throw talkative();
  };
  const answer = how === 'throw' ? fail : async () => fail();
  return { get: operation === 'get' ? answer : () => null, set: operation === 'set' ? answer : () => {} };
};

const good: ConfigAnswer = { status: 200, body: troubled() };
const scenes: [string, Scene][] = [
  ['everything goes well', {}],
  ['the config host is away', { configs: [talkative(), good] }],
  ['the key is refused', { configs: [{ status: 401, body: { key: KEY } }, good] }],
  ['the config is a page that quotes the key', { configs: [{ status: 200, body: `<html>${KEY}` }, good] }],
  ['the config is an error that quotes the key', { configs: [{ status: 200, body: { error: KEY } }, good] }],
  ['a refresh fails', { configs: [good, talkative()] }],
  ['the collector is away', { answers: [talkative()] }],
  ['the collector refuses', { answers: [403] }],
  ['the collector is overloaded', { answers: [{ status: 429, headers: { 'retry-after': '1', 'x-key': KEY } }] }],
  ['the queue is full', { answers: [500], options: { maxQueueSize: 1 } }],
  ['the store throws when reading', { options: { dataStore: store('get', 'throw') } }],
  ['the store throws when writing', { options: { dataStore: store('set', 'throw') } }],
  ['the store rejects when reading', { options: { dataStore: store('get', 'reject') } }],
  ['the store rejects when writing', { options: { dataStore: store('set', 'reject') } }],
];

/** Everything a visitor can set in motion, with canaries in every place. */
async function play(scene: Scene, own: Partial<CoreOptions>): Promise<void> {
  const clock = new ManualClock();
  const transport = new MemoryTransport();
  transport.configs = [...(scene.configs ?? [good])];
  transport.answers = [...(scene.answers ?? [200])];
  const core = new Core({
    sdkKey: KEY,
    sdkKeySecret: SECRET,
    debugToken: TOKEN,
    transport,
    clock,
    logLevel: 'debug',
    ...own,
    ...scene.options,
  });
  for (const event of ['ready', 'configUpdated', 'bucketing', 'conversion', 'queueReleased', 'diagnostic'] as const) {
    core.on(event, () => {
      throw talkative();
    });
    core.on(event, (() => Promise.reject(talkative())) as never);
  }
  await core.initialize();
  await clock.advance(70_000);
  for (let round = 0; round < 3; round++) {
    const loading = core.loadContext(VISITOR, ATTRIBUTES);
    await clock.advance(600);
    const context = await loading;
    context.setAttributes(ATTRIBUTES);
    context.setSegments({ campaign: 'canary-campaign' });
    context.runExperiences({ attributes: ATTRIBUTES, locationAttributes: { path: '/canary-path' } });
    context.runFeatures();
    context.runCustomSegments(['germans'], { ruleData: ATTRIBUTES });
    context.diagnoseExperience('hero', { attributes: ATTRIBUTES });
    context.diagnoseExperience('unknown');
    context.trackConversion('purchase', {
      conversionData: { transactionId: 'canary-transaction', unknown: 'canary-value' } as never,
    });
    try {
      context.trackConversion('purchase', { conversionData: { transactionId: ['canary-value'] as never } });
    } catch (error) {
      expect(String(error)).not.toContain(CANARY);
    }
    await context.setPreview({ experienceId: '404', variationId: '1' });
    const flushed = core.flush();
    await clock.advance(40_000);
    await flushed;
    const refreshed = core.refreshNow();
    await clock.advance(6_000);
    await refreshed;
  }
  try {
    core.createContext(VISITOR, ATTRIBUTES);
  } catch (error) {
    expect(String(error)).not.toContain(CANARY);
  }
  await core.close();
  await settled();
}

describe('no key, secret, token, visitor or attribute is logged', () => {
  it.each(scenes)('when %s', async (_name, scene) => {
    const logger = new MemoryLogger();
    await play(scene, { logger });
    expect(logger.records.length).toBeGreaterThan(3);
    expect(JSON.stringify(logger.records)).not.toContain(CANARY);
  });

  it('and the check finds them where they are', () => {
    expect(JSON.stringify([{ details: { reason: talkative().message } }])).toContain(CANARY);
  });
});

describe('the console', () => {
  const lines: string[] = [];
  beforeEach(() => {
    lines.length = 0;
    for (const level of ['debug', 'info', 'warn', 'error'] as const) {
      vi.spyOn(console, level).mockImplementation(
        (...args: unknown[]) => void lines.push(`${level}: ${args.join(' ')}`),
      );
    }
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each(scenes)('shows none of them either when %s', async (_name, scene) => {
    await play(scene, {});
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join('\n')).not.toContain(CANARY);
  });

  it('shows warnings by default, on one line each, and nothing when silent', async () => {
    const shown = async (logLevel?: LogLevel): Promise<number> => {
      lines.length = 0;
      const transport = new MemoryTransport();
      transport.configs = [{ status: 500 }];
      const core = new Core({ sdkKey: 'k', transport, ...(logLevel && { logLevel }) });
      await core.initialize();
      await core.refreshNow();
      await core.close();
      return lines.length;
    };
    expect(await shown()).toBe(1);
    expect(lines).toEqual([
      'warn: [convert] The config could not be fetched; no experiment runs until it can. reason=status 500',
    ]);
    expect(await shown('debug')).toBe(2);
    expect(await shown('error')).toBe(0);
    expect(await shown('silent')).toBe(0);
  });
});

it('a logger that throws harms nobody', async () => {
  const transport = new MemoryTransport();
  const logger = {
    log() {
      throw new Error('disk full');
    },
  };
  const core = new Core({ sdkKey: 'k', transport, logger, logLevel: 'debug', refresh: false });
  transport.configs = [{ status: 500 }];
  await expect(core.initialize()).resolves.toBe(core);
  await core.close();
});
