import type { CoreEvents } from '@convert-fullstack/core';
import { describe, expect, it } from 'vitest';
import { settled } from './support/manual-clock.ts';
import { bench } from './support/ports.ts';
import { shop } from './support/project.ts';

const decideOnce = (core: ReturnType<typeof bench>['core'], visitorId = 'visitor-1') =>
  core.createContext(visitorId).runExperience('checkout');

describe('on()', () => {
  it('returns its undo, which may be called again', () => {
    const { core } = bench(shop());
    const heard: string[] = [];
    const off = core.on('bucketing', ({ visitorId }) => heard.push(visitorId));
    decideOnce(core, 'visitor-1');
    off();
    off();
    decideOnce(core, 'visitor-2');
    expect(heard).toEqual(['visitor-1']);
  });

  it('hears twice with a handler that is registered twice, and each undo takes one', () => {
    const { core } = bench(shop());
    let count = 0;
    const handler = () => {
      count++;
    };
    const [first] = [core.on('bucketing', handler), core.on('bucketing', handler)];
    decideOnce(core);
    first();
    decideOnce(core);
    expect(count).toBe(3);
  });

  it('works detached from Core', () => {
    const { core } = bench(shop());
    let count = 0;
    const off = core.on('bucketing', () => void count++);
    const detached = { off };
    decideOnce(core);
    detached.off();
    decideOnce(core);
    expect(count).toBe(1);
  });

  it('a handler that removes itself or adds others disturbs nobody', () => {
    const { core } = bench(shop());
    const heard: string[] = [];
    const off = core.on('bucketing', () => {
      heard.push('once');
      off();
      core.on('bucketing', () => heard.push('added'));
    });
    core.on('bucketing', () => heard.push('always'));
    decideOnce(core);
    expect(heard).toEqual(['once', 'always']);
    decideOnce(core);
    expect(heard).toEqual(['once', 'always', 'always', 'added']);
  });
});

it('a handler that throws or rejects harms neither the decision nor other handlers, and is warned about', async () => {
  const { core, logger } = bench(shop());
  const heard: string[] = [];
  for (const event of ['bucketing', 'conversion', 'diagnostic', 'ready', 'configUpdated'] as const) {
    core.on(event, () => {
      throw new Error('mine');
    });
    core.on(event, (async () => {
      throw new Error('mine, later');
    }) as never);
    core.on(event, () => heard.push(event));
  }
  await core.initialize();
  const context = core.createContext('visitor-1');
  expect(context.runExperience('checkout')).not.toBeNull();
  expect(context.trackConversion('purchase').status).toBe('queued');
  expect(context.diagnoseGoal('unknown').reason).toBe('goal_not_found');
  await settled();
  const expected: (keyof CoreEvents)[] = ['ready', 'configUpdated', 'bucketing', 'conversion', 'diagnostic'];
  expect(heard).toEqual(expected);
  expect(logger.warnings.sort()).toEqual(
    expected.flatMap((event) => Array(2).fill(`A handler of "${event}" threw.`)).sort(),
  );
});

it('a handler may use the context that is running', () => {
  const { core } = bench(shop());
  const context = core.createContext('visitor-1');
  let depth = 0;
  core.on('bucketing', () => {
    if (depth++ < 3) context.runExperiences();
  });
  expect(context.runExperiences()).toHaveLength(2);
});
