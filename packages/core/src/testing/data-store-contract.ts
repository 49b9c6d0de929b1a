import { Core } from '../core.ts';
import type { DataStore } from '../ports.ts';
import type { StoredVisitor } from '../visitor-record.ts';
import { memoryTransport } from './memory-transport.ts';
import { projectConfig } from './project-config.ts';
import { recordingLogger } from './recording-logger.ts';
import { turn } from './turn.ts';

export type CreateStore = () => DataStore | Promise<DataStore>;

export interface DataStoreCase {
  readonly name: string;
  /** Rejects when the store does not do what the name says. */
  readonly run: (createStore: CreateStore) => Promise<void>;
}

/**
 * What Core relies on in a `DataStore`, for any test runner. Every case works under keys of its own, so that the store
 * may hold other records and may be shared between cases. It has to answer within 500 ms: Core waits no longer. Cases about
 * `add` hold for every store without it.
 *
 * @example
 * for (const { name, run } of dataStoreContract) it(name, () => run(() => new RedisStore(client)));
 */
export const dataStoreContract: readonly DataStoreCase[] = [
  storeCase('a record comes back as it was set', async (store) => {
    const key = newKey();
    await store.set(key, copyOf(RECORD));
    expectSame(await store.get(key), RECORD, 'The record');
  }),

  storeCase('fields it does not know are kept', async (store) => {
    const key = newKey();
    const record = { ...RECORD, locations: ['home'], newerVersion: { deep: [{ er: 1 }] } };
    await store.set(key, copyOf(record));
    expectSame(await store.get(key), record, 'The record with unknown fields');
  }),

  storeCase('a key that was never set gives null or undefined', async (store) => {
    const found = await store.get(newKey());
    if (found !== null && found !== undefined) throw new Error(`A key that was never set gave ${textOf(found)}.`);
  }),

  storeCase('the latest record replaces the one before, as a whole', async (store) => {
    const key = newKey();
    const latest = { attributes: { plan: 'free' }, goals: { '400002': true } };
    await store.set(key, copyOf(RECORD));
    await store.set(key, copyOf(latest));
    const found = await store.get(key);
    expectSame(found, latest, 'The record that was set last');
    const left = ['segments', 'bucketing', 'exposed'].filter((field) => found?.[field] != null);
    if (left.length > 0) throw new Error(`Fields of the record before are still there: ${left.join(', ')}.`);
  }),

  storeCase('keys may contain any character and be long', async (store) => {
    for (const name of UNUSUAL_NAMES) {
      const key = newKey(name);
      const record = { attributes: { name } };
      await store.set(key, copyOf(record));
      expectSame(await store.get(key), record, `The record of the key ${JSON.stringify(key)}`);
    }
  }),

  storeCase('records of different keys do not mix, however alike the keys', async (store) => {
    const key = newKey();
    const keys = [key, `${key}-1`, `${key} `, ` ${key}`, `${key}a`, `${key}A`, `${key}ä`, `${key}/a`, `${key}%61`];
    for (const [at, alike] of keys.entries()) await store.set(alike, { attributes: { at } });
    for (const [at, alike] of keys.entries()) {
      expectSame(await store.get(alike), { attributes: { at } }, `The record of the key ${JSON.stringify(alike)}`);
    }
  }),

  storeCase('a record that was read does not change when another one is set', async (store) => {
    const key = newKey();
    await store.set(key, copyOf(RECORD));
    const read = await store.get(key);
    await store.set(key, { attributes: { plan: 'free' } });
    expectSame(read, RECORD, 'The record that was read before');
  }),

  storeCase('the record it is given stays as it is', async (store) => {
    const record = deepFrozen(copyOf(RECORD));
    const key = newKey();
    await store.set(key, record);
    expectSame(await store.get(key), RECORD, 'The record that was given frozen');
  }),

  storeCase('attributes, segments, decisions, goals and exposures survive into a new Core', async (store) => {
    const visitorId = newVisitorId();
    await inCore(store, async (core) => {
      const context = await core.loadContext(visitorId);
      context.setAttributes({ plan: 'pro', visits: 3 });
      context.setSegments({ visitorType: 'returning' });
      context.runCustomSegments(['pros']);
      context.runExperience('e0');
      context.runExperience('e1', { enableTracking: false });
      context.trackConversion('g0');
    });
    await inCore(store, async (core, sent) => {
      const context = await core.loadContext(visitorId);
      expectSame(context.attributes, { plan: 'pro', visits: 3 }, 'The attributes in a new Core');
      const segments = { visitorType: 'returning', customSegments: ['700001'] };
      expectSame(context.defaultSegments, segments, 'The segments in a new Core');
      context.runExperience('e0');
      context.runExperience('e1');
      expectSame(context.trackConversion('g0').status, 'deduplicated', 'The goal that was reached before');
      await core.flush();
      expectSame(sent(), ['bucketing'], 'The events of a visitor whose first exposure was reported before');
    });
    const bucketing = { '100001': '10000101', '100002': '10000201' };
    const found = await store.get(keyOf(visitorId));
    expectSame(found, { bucketing, goals: { '400001': true }, exposed: bucketing }, 'The stored record');
  }),

  storeCase('contexts of one visitor that run at the same time lose no write', async (store) => {
    const visitorId = newVisitorId();
    const names = Array.from({ length: CONCURRENT }, (_, at) => String(at));
    await inCore(store, async (core) => {
      const contexts = await Promise.all(names.map(() => core.loadContext(visitorId)));
      for (const [at, context] of contexts.entries()) {
        context.setAttributes({ [`a${at}`]: at });
        context.setSegments({ [`s${at}`]: at });
        context.runExperience(`e${at}`);
        await turn();
        context.trackConversion(`g${at}`);
      }
    });
    const found = await store.get(keyOf(visitorId));
    for (const field of ['attributes', 'segments', 'bucketing', 'goals', 'exposed'] as const) {
      expectSame(
        Object.keys(found?.[field] ?? {}).length,
        CONCURRENT,
        `The number of ${field} of ${CONCURRENT} contexts`,
      );
    }
  }),

  storeCase('createContext finds the visitor when the store answers at once', async (store) => {
    const visitorId = newVisitorId();
    const first = store.get(keyOf(visitorId));
    if (isPromise(first)) return void (await first);
    await inCore(store, (core) => core.createContext(visitorId).setAttributes({ plan: 'pro' }));
    await inCore(store, (core) => {
      expectSame(core.createContext(visitorId).attributes, { plan: 'pro' }, 'The attributes in createContext');
    });
  }),

  addCase('a key that is added is the first of its kind once', async (add) => {
    const key = newKey();
    const answers = [await add(key), await add(key), await add(key)];
    expectSame(answers, [true, false, false], 'What add() answers to the first, second and third of a kind');
  }),

  addCase('of those who add a key at the same time one is the first', async (add) => {
    const key = newKey();
    const answers = await Promise.all(Array.from({ length: CONCURRENT }, async () => add(key)));
    expectSame(answers.filter((isFirst) => isFirst === true).length, 1, 'The number of those who were the first');
  }),

  addCase('added keys may contain any character, be long and be alike', async (add) => {
    const key = newKey();
    for (const name of [...UNUSUAL_NAMES, `${'x'.repeat(160)}y`, '', ' ', 'a', 'A', ':a', '-a']) {
      const answers = [await add(`${key}${name}`), await add(`${key}${name}`)];
      expectSame(answers, [true, false], `What add() answers for the key ${JSON.stringify(`${key}${name}`)}`);
    }
  }),

  addCase('added keys and records do not mix', async (add, store) => {
    const [key, added] = [newKey(), newKey()];
    await store.set(key, copyOf(RECORD));
    expectSame(await add(key), true, 'What add() answers for the key of a record');
    expectSame(await store.get(key), RECORD, 'The record of a key that was added');
    await add(added);
    const found = await store.get(added);
    if (found !== null && found !== undefined) throw new Error(`A key that was added is a record: ${textOf(found)}.`);
  }),

  addCase(
    'processes that meet in the same instant count an exposure, a goal and an order once',
    async (_add, store) => {
      const visitorId = newVisitorId();
      const counted: string[] = [];
      const act = async (core: Core, sent: () => readonly string[]): Promise<void> => {
        const context = await core.loadContext(visitorId);
        context.runExperience('e0');
        context.trackConversion('g0');
        context.trackConversion('g1', { conversionData: { transactionId: 'order-1' }, forceMultiple: true });
        await core.flush();
        counted.push(...sent());
      };
      await Promise.all(Array.from({ length: 3 }, () => inCore(store, act)));
      expectSame(counted.sort(), ['bucketing', 'conversion', 'conversion'], 'What three processes count together');
    },
  ),
];

const CONCURRENT = 12;

/** Every kind of value a record may hold, in names that some databases stumble over. */
const RECORD: StoredVisitor = {
  attributes: {
    country: 'DE',
    visits: 3,
    ratio: 0.25,
    beta: true,
    none: null,
    'first.name': 'Zoë',
    $price: '1,50 €',
    'smörgås 🧭': '"quoted" \\ \n',
    nested: { list: [1, 'two', null, { three: 3 }], empty: {} },
  },
  segments: { visitorType: 'returning', customSegments: ['700001', '700002'] },
  bucketing: { '100001': '10000101', '100002': '10000202' },
  goals: { '400001': true },
  exposed: { '100001': '10000101' },
};

const UNUSUAL_NAMES = [
  'with space',
  'a/b\\c/../d',
  'a:b;c,d|e',
  '%2F+?#&=',
  `'"\`<>`,
  '{curly}[square](round)*',
  '__proto__',
  'constructor',
  'café',
  '訪問者',
  '🧭',
  'x'.repeat(160),
];

function storeCase(name: string, check: (store: DataStore) => Promise<void>): DataStoreCase {
  return { name, run: async (createStore) => check(await createStore()) };
}

type Add = NonNullable<DataStore['add']>;

function addCase(name: string, check: (add: Add, store: DataStore) => Promise<void>): DataStoreCase {
  return storeCase(name, async (store) => {
    const { add } = store;
    if (add !== undefined) await check((key) => add.call(store, key), store);
  });
}

const newVisitorId = (): string => `contract-${crypto.randomUUID()}`;
const keyOf = (visitorId: string): string => `1001-2002-${visitorId}`;
const newKey = (name = ''): string => `${keyOf(newVisitorId())}${name}`;

/** Runs one Core over the store and waits until everything is written. A store that throws or is too slow is an error. */
async function inCore(
  store: DataStore,
  run: (core: Core, sent: () => readonly string[]) => void | Promise<void>,
): Promise<void> {
  const numbers = Array.from({ length: CONCURRENT }, (_, at) => at);
  const data = projectConfig({
    experiences: Object.fromEntries(numbers.map((at) => [`e${at}`, { variations: { only: 100 } }])),
    goals: numbers.map((at) => `g${at}`),
    segments: { pros: { plan: 'pro' } },
  });
  const transport = memoryTransport();
  const watched = watch(store);
  const logger = recordingLogger();
  const core = new Core({ data, transport, dataStore: watched.store, logger, batchSize: 1_000 });
  try {
    await run(core, () => transport.events.map(({ eventType }) => eventType));
    await watched.isIdle();
    const [warning] = logger.records;
    if (warning !== undefined) throw new Error(`${warning.message} (${textOf(warning.details)})`);
  } finally {
    await core.close();
  }
}

/** The store with an eye on it: Core goes on without a store that fails, a test of the store must not. */
function watch(store: DataStore): { readonly store: DataStore; isIdle(): Promise<void> } {
  const open = new Set<Promise<unknown>>();
  const failures: unknown[] = [];
  const watched = <Answer>(ask: () => Answer): Answer => {
    try {
      const answer = ask();
      if (isPromise(answer)) {
        const done: Promise<unknown> = Promise.resolve(answer)
          .catch((cause) => failures.push(cause))
          .finally(() => open.delete(done));
        open.add(done);
      }
      return answer;
    } catch (cause) {
      failures.push(cause);
      throw cause;
    }
  };
  const { add } = store;
  return {
    store: {
      get: (key) => watched(() => store.get(key)),
      set: (key, record) => watched(() => store.set(key, record)),
      ...(add && { add: (key) => watched(() => add.call(store, key)) }),
    },
    async isIdle() {
      do {
        await Promise.all(open);
        await turn();
      } while (open.size > 0);
      if (failures.length > 0) throw new Error('The store failed.', { cause: failures[0] });
    },
  };
}

/** Compares as JSON. A record may have more fields than were set: some databases add an id or a date. */
function expectSame(found: unknown, expected: unknown, what: string): void {
  const relevant = isObject(found) && isObject(expected) ? pick(found, Object.keys(expected)) : found;
  if (textOf(relevant) === textOf(expected)) return;
  throw new Error(`${what} should be ${textOf(expected)}, but is ${textOf(relevant)}.`);
}

function pick(source: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, source[name]]));
}

function textOf(value: unknown): string {
  const sorted = (_name: string, member: unknown): unknown =>
    isObject(member) ? pick(member, Object.keys(member).sort()) : member;
  return JSON.stringify(value, sorted) ?? String(value);
}

function copyOf<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value));
}

function deepFrozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFrozen);
  return Object.freeze(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
