// Decisions per visitor, next to GrowthBook's SDK in the same process and run: `pnpm --filter bench engine`.
import { Core } from '@convert-fullstack/core';
import { GrowthBookClient } from '@growthbook/growthbook';
import { compare, microseconds, ratio, table } from './measure.mjs';
import { convertConfig, experiments, growthBookFeatures, visitors } from './workload.mjs';

const everyone = visitors(8192);
const visitor = (i) => everyone[i & 8191];
const silent = { enableTracking: false };

function engines(count) {
  const list = experiments(count);
  const core = new Core({ data: convertConfig(list), tracking: 'off', logLevel: 'silent' });
  const growthBook = new GrowthBookClient().initSync({ payload: { features: growthBookFeatures(list) } });
  const userOf = ({ id, attributes }) => ({ attributes: { id, ...attributes } });
  const keys = list.map(({ key }) => key);
  return { core, growthBook, userOf, keys };
}

const rows = [['', 'this engine', 'GrowthBook', 'ratio']];
function add(name, { ours, growthBook }) {
  rows.push([name, microseconds(ours), microseconds(growthBook), ratio(ours, growthBook)]);
}

{
  const { core, growthBook, userOf, keys } = engines(10);
  const context = core.createContext(everyone[7].id, everyone[7].attributes);
  const user = userOf(everyone[7]);
  add(
    'one decision, ready context',
    compare({
      ours: (i) => context.runExperience(keys[i % 10], silent),
      growthBook: (i) => growthBook.evalFeature(keys[i % 10], user),
    }),
  );
}
for (const count of [10, 1000]) {
  const { core, growthBook, userOf, keys } = engines(count);
  const last = keys[count - 1];
  add(
    `one decision, new visitor, last key of ${count}`,
    compare({
      ours: (i) => core.createContext(visitor(i).id, visitor(i).attributes).runExperience(last, silent),
      growthBook: (i) => growthBook.evalFeature(last, userOf(visitor(i))),
    }),
  );
  add(
    `all of ${count} experiences, new visitor`,
    compare({
      ours: (i) => core.createContext(visitor(i).id, visitor(i).attributes).runExperiences(silent),
      growthBook: (i) => {
        const user = userOf(visitor(i));
        for (const key of keys) growthBook.evalFeature(key, user);
      },
    }),
  );
}
table('CPU time per call (median; compare within one run only)', rows);

const { core, keys } = engines(10);
const heapAfter = (contexts) => {
  for (let i = 0; i < contexts; i++) core.createContext(`visitor-${i}-${contexts}`).runExperience(keys[i % 10], silent);
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
};
if (globalThis.gc) {
  const [first, last] = [heapAfter(100_000), heapAfter(1_000_000)];
  table('Heap', [['after 100,000 contexts, and 1,000,000 more', `${first.toFixed(1)} MB`, `${last.toFixed(1)} MB`]]);
}
