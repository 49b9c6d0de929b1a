/// <reference types="node" />
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { bench, MemoryStore } from './support/ports.ts';
import { all, arms, audience, experience, type Json, project, where } from './support/project.ts';

const SIZE = 1_000;
const groups = ['DE', 'US', 'FR'];
const groupOf = (visitor: number): string => groups[visitor % 3] ?? '';

function perCountry(): Json {
  return project({
    audiences: groups.map((country) => audience(country, all(where('country', 'equals', country)))),
    experiences: groups.map((country, at) =>
      experience(`${at + 1}0`, country, { audiences: [country], variations: arms(`${at + 1}0`, [50, 50]) }),
    ),
    goals: [{ id: '50', key: 'purchase' }],
    segments: [{ id: '60', key: 'own', rules: all(where('mine', 'equals', 'yes')) }],
  });
}

describe.each(['memory', 'a store'])('1,000 visitors at the same time, with %s', (kind) => {
  it('never see each other’s state', async () => {
    const { core, transport } = bench(perCountry(), kind === 'memory' ? {} : { dataStore: new MemoryStore() });
    const steps = [
      (at: number) => core.createContext(`v-${at}`).setAttributes({ country: groupOf(at) }),
      (at: number) => core.createContext(`v-${at}`, { own: at }).runExperiences(),
      (at: number) => core.createContext(`v-${at}`).setSegments({ campaign: `c-${at}` }),
      (at: number) => core.createContext(`v-${at}`, { mine: at % 2 === 0 ? 'yes' : 'no' }).runCustomSegments(['own']),
      (at: number) => at % 5 === 0 && core.createContext(`v-${at}`).trackConversion('purchase'),
    ];
    const visitors = Array.from({ length: SIZE }, (_, at) => at);
    for (const [round, step] of steps.entries()) {
      // Another order in each round, every visitor once: 7, 11, … and 1,000 share no divisor.
      const stride = [7, 11, 13, 17, 19][round] ?? 1;
      await Promise.all(visitors.map(async (at) => step((at * stride) % SIZE)));
    }
    for (const at of visitors) {
      const context = core.createContext(`v-${at}`);
      expect(context.attributes).toEqual({ country: groupOf(at) });
      expect(context.defaultSegments).toEqual({ campaign: `c-${at}`, ...(at % 2 === 0 && { customSegments: ['60'] }) });
      expect(context.runExperiences().map(({ experienceKey }) => experienceKey)).toEqual([groupOf(at)]);
      expect(context.trackConversion('purchase').status).toBe(at % 5 === 0 ? 'deduplicated' : 'queued');
    }
    await core.flush();
    const events = new Map<string, number>();
    for (const { visitorId } of transport.events) events.set(visitorId, (events.get(visitorId) ?? 0) + 1);
    expect(events.size).toBe(SIZE);
    expect(new Set(events.values())).toEqual(new Set([2]));
  });
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapInMegabytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

it('the latest 2,000 visitors are remembered, however many there were', () => {
  const { core } = bench(perCountry());
  const ids = Array.from({ length: 30_000 }, (_, at) => `visitor-${at}`);
  for (const id of ids) expect(core.createContext(id).trackConversion('purchase').status).toBe('queued');
  for (const id of ids.slice(-2_000))
    expect(core.createContext(id).trackConversion('purchase').status).toBe('deduplicated');
});

describe('memory stays flat', () => {
  it('over 300,000 contexts whose decisions are kept', () => {
    const data = project({ experiences: [experience('10', 'a'), experience('20', 'b')] });
    const { core } = bench(data, { tracking: 'off' });
    const visit = (from: number, to: number) => {
      for (let at = from; at < to; at++) core.createContext(`visitor-${at}`, { at }).runExperiences();
    };
    visit(0, 20_000);
    const before = heapInMegabytes();
    visit(20_000, 320_000);
    expect(heapInMegabytes() - before).toBeLessThan(4);
  });

  it('over 300,000 contexts that only look', () => {
    const { core } = bench(project({ experiences: [experience('10', 'a')] }));
    const look = (from: number, to: number) => {
      for (let at = from; at < to; at++) core.createContext(`visitor-${at}`, { at }).toPayload();
    };
    look(0, 20_000);
    const before = heapInMegabytes();
    look(20_000, 320_000);
    expect(heapInMegabytes() - before).toBeLessThan(4);
  });

  it('with many experiences, whatever of a visitor is written first', () => {
    const experiences = Array.from({ length: 200 }, (_, at) => experience(`${at + 1}`, `e${at}`));
    const { core } = bench(project({ experiences }), { tracking: 'off' });
    const visit = (from: number, to: number, attributesFirst: boolean) => {
      for (let at = from; at < to; at++) {
        const context = core.createContext(`visitor-${at}`);
        if (attributesFirst) context.setAttributes({ plan: 'pro' });
        context.runExperiences();
      }
    };
    visit(0, 2_000, false);
    const before = heapInMegabytes();
    visit(2_000, 12_000, true);
    expect(heapInMegabytes() - before).toBeLessThan(10);
  });
});
