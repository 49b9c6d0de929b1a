import { Core, type DataStore, type StoredVisitor } from '@convert-fullstack/core';
import {
  type CreateStore,
  dataStoreContract,
  manualClock,
  memoryTransport,
  projectConfig,
  recordingLogger,
} from '@convert-fullstack/core/testing';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { errorOf } from './support/errors.ts';

type Kept = StoredVisitor | null | undefined;

const mapStore = (kept = new Map<string, StoredVisitor>()): DataStore => ({
  get: (key) => kept.get(key),
  set: (key, record) => void kept.set(key, record),
});

/** A store over a Map that says who is first. */
function addingStore(kept = new Map<string, StoredVisitor>(), added = new Set<string>()): DataStore {
  return { ...mapStore(kept), add: (key) => !added.has(key) && added.add(key).has(key) };
}

/** Answers over a connection, as JSON. */
function asyncStore(): DataStore {
  const kept = new Map<string, string>();
  return {
    async get(key) {
      await delay(1);
      const text = kept.get(key);
      return text === undefined ? null : JSON.parse(text);
    },
    async set(key, record) {
      const text = JSON.stringify(record);
      await delay(2);
      kept.set(key, text);
    },
  };
}

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const goodStores: [string, CreateStore][] = [
  ['that keeps references in a Map', () => mapStore()],
  ['that answers later', asyncStore],
  ['that takes time to open', async () => asyncStore()],
  ['that says who is first', () => addingStore()],
  [
    'that says later who is first, as an object with a state of its own',
    () => {
      const near = addingStore();
      class Distant {
        readonly #slow = asyncStore();
        get = (key: string) => this.#slow.get(key);
        set = (key: string, record: StoredVisitor) => this.#slow.set(key, record);
        async add(key: string): Promise<boolean> {
          await this.#slow.get(key);
          return near.add?.(key) ?? false;
        }
      }
      return new Distant();
    },
  ],
  [
    'that remembers what it read and answers at once then',
    () => {
      const [slow, cached] = [asyncStore(), new Map<string, Kept>()];
      return {
        get: (key) => cached.get(key) ?? slow.get(key),
        set: (key, record) => {
          cached.set(key, record);
          return slow.set(key, record);
        },
      };
    },
  ],
  [
    'that adds an id of its own',
    () => {
      const kept = new Map<string, StoredVisitor>();
      return { get: (key) => kept.get(key), set: (key, record) => void kept.set(key, { ...record, _id: key }) };
    },
  ],
];

describe.each(goodStores)('the contract holds for a store %s', (_name, createStore) => {
  for (const { name, run } of dataStoreContract) it(name, () => run(createStore));
});

it('the contract can be run again and again on one store', async () => {
  const store = addingStore();
  for (const { run } of [...dataStoreContract, ...dataStoreContract]) await run(() => store);
});

/** A store over a Map, with one flaw. */
function flawed(flaw: (kept: Map<string, StoredVisitor>) => Partial<DataStore>): CreateStore {
  return () => {
    const kept = new Map<string, StoredVisitor>();
    return { ...mapStore(kept), ...flaw(kept) };
  };
}

/** A store over a Map that says who is first, with a flaw there. */
const flawedAdd = (flaw: (added: Set<string>, kept: Map<string, StoredVisitor>) => Partial<DataStore>): CreateStore =>
  flawed((kept) => {
    const added = new Set<string>();
    return { ...addingStore(kept, added), ...flaw(added, kept) };
  });

const knownFields = ({ attributes = {}, segments = {}, bucketing = {}, goals = {}, exposed = {} }: StoredVisitor) => ({
  ...{ attributes, segments, bucketing, goals, exposed },
});

const brokenStores: [flaw: string, CreateStore, fails: string][] = [
  [
    'forgets nested values',
    flawed((kept) => ({
      set: (key, record) => void kept.set(key, { ...record, attributes: flat(record.attributes) }),
    })),
    'a record comes back as it was set',
  ],
  [
    'keeps the fields it knows',
    flawed((kept) => ({
      set: (key, record) => void kept.set(key, knownFields(record)),
    })),
    'fields it does not know are kept',
  ],
  [
    'makes up a record',
    flawed((kept) => ({
      get: (key) => kept.get(key) ?? {},
    })),
    'a key that was never set gives null or undefined',
  ],
  [
    'merges',
    flawed((kept) => ({
      set: (key, record) => void kept.set(key, { ...kept.get(key), ...record }),
    })),
    'the latest record replaces the one before, as a whole',
  ],
  [
    'ignores the second write',
    flawed((kept) => ({
      set: (key, record) => void (kept.has(key) || kept.set(key, record)),
    })),
    'the latest record replaces the one before, as a whole',
  ],
  [
    'cuts keys',
    flawed((kept) => ({
      get: (key) => kept.get(key.slice(0, 100)),
      set: (key, record) => {
        if (key.length > 100) throw new Error('key too long');
        kept.set(key, record);
      },
    })),
    'keys may contain any character and be long',
  ],
  [
    'knows ASCII only',
    flawed((kept) => ({
      get: (key) => kept.get(key.replace(/[^ -~]/g, '?')),
      set: (key, record) => void (/^[ -~]*$/.test(key) && kept.set(key, record)),
    })),
    'keys may contain any character and be long',
  ],
  [
    'ignores case',
    flawed((kept) => ({
      get: (key) => kept.get(key.toLowerCase()),
      set: (key, record) => void kept.set(key.toLowerCase(), record),
    })),
    'records of different keys do not mix, however alike the keys',
  ],
  [
    'ignores spaces around a key',
    flawed((kept) => ({
      get: (key) => kept.get(key.trim()),
      set: (key, record) => void kept.set(key.trim(), record),
    })),
    'records of different keys do not mix, however alike the keys',
  ],
  [
    'writes into what it handed out',
    flawed((kept) => ({
      set(key, record) {
        const known = kept.get(key);
        if (known === undefined) return void kept.set(key, record);
        for (const field of Object.keys(known)) Reflect.deleteProperty(known, field);
        Object.assign(known, record);
      },
    })),
    'a record that was read does not change when another one is set',
  ],
  [
    'writes into what it is given',
    flawed((kept) => ({
      set: (key, record) => void kept.set(key, Object.assign(record, { savedAt: 1 })),
    })),
    'the record it is given stays as it is',
  ],
  [
    'forgets exposures',
    flawed((kept) => ({
      set: (key, record) => void kept.set(key, { ...record, exposed: {} }),
    })),
    'attributes, segments, decisions, goals and exposures survive into a new Core',
  ],
  [
    'fails in the background',
    flawed(() => ({
      set: () => Promise.reject(new Error('read only')),
    })),
    'attributes, segments, decisions, goals and exposures survive into a new Core',
  ],
  [
    'reads from a copy that lags behind',
    () => {
      const [kept, replica] = [new Map<string, StoredVisitor>(), new Map<string, StoredVisitor>()];
      return {
        get: async (key) => replica.get(key),
        async set(key, record) {
          kept.set(key, record);
          setTimeout(() => replica.set(key, record), 20);
        },
      };
    },
    'contexts of one visitor that run at the same time lose no write',
  ],
  [
    'says later what it knows now',
    flawed((kept) => ({
      get(key) {
        const found = kept.get(key);
        return found === undefined ? null : Promise.resolve(found);
      },
    })),
    'createContext finds the visitor when the store answers at once',
  ],
  [
    'takes everybody for the first',
    flawedAdd(() => ({ add: () => true })),
    'a key that is added is the first of its kind once',
  ],
  [
    'tells who is first in a word of its own',
    flawedAdd((added) => ({
      add: (key) => (added.has(key) ? null : added.add(key) && 'OK') as never,
    })),
    'a key that is added is the first of its kind once',
  ],
  [
    'looks first and adds later',
    flawedAdd((added) => ({
      async add(key) {
        const isFirst = !added.has(key);
        await delay(1);
        added.add(key);
        return isFirst;
      },
    })),
    'of those who add a key at the same time one is the first',
  ],
  [
    'cuts what is added',
    flawedAdd((added) => ({ add: (key) => !added.has(key.slice(0, 100)) && !!added.add(key.slice(0, 100)) })),
    'added keys may contain any character, be long and be alike',
  ],
  [
    'ignores case in what is added',
    flawedAdd((added) => ({ add: (key) => !added.has(key.toLowerCase()) && !!added.add(key.toLowerCase()) })),
    'added keys may contain any character, be long and be alike',
  ],
  [
    'keeps what is added among the records',
    flawedAdd((_added, kept) => ({ add: (key) => !kept.has(key) && !!kept.set(key, {}) })),
    'added keys and records do not mix',
  ],
  [
    'says too late who is first',
    flawedAdd((added) => ({ add: (key) => delay(600).then(() => !added.has(key) && !!added.add(key)) })),
    'processes that meet in the same instant count an exposure, a goal and an order once',
  ],
];

function flat(attributes: StoredVisitor['attributes'] = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, String(value)]));
}

describe('the contract finds a store that', () => {
  it.each(brokenStores)('%s', async (_flaw, createStore, fails) => {
    const found = dataStoreContract.find(({ name }) => name === fails);
    await expect(found?.run(createStore)).rejects.toThrow();
  });

  it('each case can fail', () => {
    const names = dataStoreContract.map(({ name }) => name);
    expect([...new Set(brokenStores.map(([, , fails]) => fails))].sort()).toEqual(names.sort());
  });

  it('is slower than Core waits', async () => {
    const createStore = (): DataStore => ({ ...asyncStore(), get: () => delay(600).then(() => null) });
    const found = dataStoreContract.find(({ name }) => name.startsWith('attributes, segments'));
    await expect(found?.run(createStore)).rejects.toThrow('The DataStore failed to get');
  });

  it('and says what is wrong', async () => {
    const [first] = dataStoreContract;
    await expect(first?.run(() => ({ get: () => null, set: () => {} }))).rejects.toThrow(
      /^The record should be \{"attributes":.*, but is null\.$/,
    );
  });
});

const data = projectConfig({
  experiences: {
    hero: { variations: { original: 0, story: { share: 100, features: { banner: { text: 'Hello', columns: '3' } } } } },
    german: { audience: { country: ['DE', 'AT'], plan: 'pro' }, variations: { only: 100 } },
    pricing: { location: { path: '/pricing' }, variations: { only: 100 } },
    staging: { environment: 'staging', variations: { only: 100 } },
    none: { variations: { only: 0 } },
    half: {},
    fixed: { id: '77', variations: { only: 100 } },
  },
  features: { banner: { text: 'string', columns: 'integer' }, unused: {} },
  goals: ['purchase', 'signup'],
  segments: { pros: { plan: 'pro' } },
});

function coreOn(options: Partial<ConstructorParameters<typeof Core>[0]> = {}): Core {
  const core = new Core({ data, transport: memoryTransport(), logLevel: 'silent', ...options });
  onTestFinished(() => core.close());
  return core;
}

describe('projectConfig', () => {
  it('describes experiences, features, goals and segments in a few words', () => {
    const context = coreOn({ environment: 'production' }).createContext('v-1', { country: 'AT', plan: 'pro' });
    const keys = context.runExperiences().map(({ experienceKey }) => experienceKey);
    expect(keys).toEqual(['hero', 'german', 'half', 'fixed']);
    expect(context.runExperience('hero')?.variationKey).toBe('story');
    expect(context.runFeature('banner')?.variables).toEqual({ text: 'Hello', columns: 3 });
    expect(context.runExperience('pricing', { locationAttributes: { path: '/pricing' } })?.variationKey).toBe('only');
    expect(context.runCustomSegments(['pros']).matched).toBe(true);
    expect(context.trackConversion('signup').status).toBe('queued');
    expect(context.diagnoseExperience('german', { attributes: { country: 'FR' } }).reason).toBe('audience_mismatch');
    expect(context.diagnoseExperience('none').reason).toBe('not_in_traffic');
    expect(context.diagnoseFeature('unused').reason).toBe('feature_not_in_selected_variations');
  });

  it('splits evenly between an original and a variation unless told otherwise', () => {
    const core = coreOn();
    const shown = Array.from({ length: 200 }, (_, at) => core.createContext(`v-${at}`).runExperience('half'));
    const originals = shown.filter((result) => result?.variationKey === 'original').length;
    expect(shown).not.toContain(null);
    expect(originals).toBeGreaterThan(70);
    expect(originals).toBeLessThan(130);
  });

  it('gives ids that keep experiences, variations and goals apart, and takes one that is given', () => {
    const context = coreOn().createContext('v-1');
    expect(context.runExperience('hero')).toMatchObject({ experienceId: '100001', variationId: '10000102' });
    expect(context.runExperience('fixed')).toMatchObject({ experienceId: '77', variationId: '7701' });
    expect(context.diagnoseGoal('signup').details.goalId).toBe('400002');
  });

  it('without anything is a project without anything', () => {
    const { currentConfig } = coreOn({ data: projectConfig({ accountId: '1', projectId: '2' }) });
    expect(currentConfig).toMatchObject({ accountId: '1', projectId: '2' });
    expect(Object.values(currentConfig?.entityCounts ?? {})).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('names a feature that was not declared', () => {
    const parts = { experiences: { hero: { variations: { b: { share: 100, features: { banner: {} } } } } } };
    expect(errorOf(() => projectConfig(parts))).toMatch(/^config_invalid: Experience "hero".*"banner"/);
  });
});

describe('memoryTransport', () => {
  it('keeps what was sent and gives the answers of its script, the last one again and again', async () => {
    const transport = memoryTransport({ answers: [503, new Error('offline'), { status: 200, headers: {} }] });
    const core = coreOn({ transport, retry: { baseMs: 1, maxMs: 1_000 } });
    core.createContext('v-1').trackConversion('purchase', { revenue: 5 });
    await core.flush();
    expect(transport.sent.map(({ status }) => status)).toEqual([503, null, 200]);
    expect(transport.sent[0]?.body).toMatchObject({ accountId: '1001', visitors: [{ visitorId: 'v-1' }] });
    expect(transport.events).toEqual([
      {
        visitorId: 'v-1',
        eventType: 'conversion',
        data: { goalId: '400001', goalData: [{ key: 'amount', value: 5 }] },
      },
    ]);
    core.createContext('v-2').trackConversion('purchase');
    await core.flush();
    expect(transport.events.map(({ visitorId }) => visitorId)).toEqual(['v-1', 'v-2']);
    transport.answer(400);
    core.createContext('v-3').trackConversion('purchase');
    await core.flush();
    expect([transport.sent.at(-1)?.status, transport.events.length]).toEqual([400, 2]);
  });

  it('serves configs', async () => {
    const transport = memoryTransport({ configs: [new Error('offline'), 503, data] });
    const core = new Core({ sdkKey: 'key-1', transport, logLevel: 'silent' });
    onTestFinished(() => core.close());
    await core.initialize();
    await core.refreshNow();
    expect(core.isReady).toBe(false);
    await core.refreshNow();
    expect(core.currentConfig?.projectId).toBe('2002');
    transport.serve(projectConfig({ projectId: '3003' }));
    await core.refreshNow();
    expect(core.currentConfig?.projectId).toBe('3003');
    expect(transport.configRequests).toHaveLength(4);
    expect(transport.configRequests[0]?.url).toContain('/config/key-1');
  });

  it('without a script knows no config', async () => {
    const transport = memoryTransport();
    const core = new Core({ sdkKey: 'key-1', transport, logLevel: 'silent' });
    onTestFinished(() => core.close());
    await core.initialize();
    expect(core.isReady).toBe(false);
  });
});

describe('manualClock', () => {
  afterEach(() => void vi.useRealTimers());

  it('moves a Core through time, also while the test fakes its timers', async () => {
    vi.useFakeTimers();
    const [clock, transport] = [manualClock(), memoryTransport()];
    const core = coreOn({ clock, transport, autoFlushIntervalMs: 5_000 });
    core.createContext('v-1').trackConversion('purchase');
    await clock.advance(4_999);
    expect(transport.events).toEqual([]);
    await clock.advance(1);
    expect(transport.events).toHaveLength(1);
  });

  it('runs timers in the order in which they are due, with those they start, and none that was cancelled', async () => {
    const clock = manualClock(1_000);
    const seen: string[] = [];
    clock.after(20, () => seen.push(`b ${clock.now()}`));
    clock.after(10, () => {
      seen.push(`a ${clock.now()}`);
      clock.after(5, () => seen.push(`c ${clock.now()}`));
    });
    clock.after(15, () => seen.push('never'))();
    await clock.advance(30);
    expect(seen).toEqual(['a 1010', 'c 1015', 'b 1020']);
    expect(clock.now()).toBe(1_030);
  });
});

it('recordingLogger keeps every record of the level Core logs', async () => {
  const logger = recordingLogger();
  const core = new Core({ sdkKey: 'key-1', transport: memoryTransport({ configs: [500] }), logger });
  onTestFinished(() => core.close());
  await core.initialize();
  expect(logger.records).toEqual([
    { level: 'warn', message: expect.stringContaining('could not be fetched'), details: { reason: 'status 500' } },
  ]);
});
