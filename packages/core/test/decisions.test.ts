import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bench } from './support/ports.ts';
import { all, arms, audience, experience, type Json, project, where } from './support/project.ts';
import { sampleProject } from './support/sample-project.ts';

const country = fc.constantFrom('DE', 'US', 'FR');
const visitor = fc.record({ visitorId: fc.string({ minLength: 1 }), country, price: fc.integer({ min: 0, max: 300 }) });

/** Experiences for some countries and prices, without exclusion rules. */
const generated = fc
  .array(
    fc.record({
      country,
      price: fc.integer({ min: 0, max: 300 }),
      shares: fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 4 }),
      version: fc.constantFrom(11, 12),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((rows) =>
    project({
      audiences: rows.map((row, at) =>
        audience(`a${at}`, all(where('country', 'equals', row.country), where('price', 'lessEqual', row.price))),
      ),
      experiences: rows.map(({ shares, version }, at) =>
        experience(`${at + 1}0`, `e${at}`, { version, audiences: [`a${at}`], variations: arms(`${at + 1}0`, shares) }),
      ),
    }),
  );

const keysOf = (data: Json): string[] => (data.experiences as { key: string }[]).map(({ key }) => key);

describe('a decision depends on config, visitor and attributes only', () => {
  it('not on time, on the process or on how often it is asked', () => {
    fc.assert(
      fc.property(generated, visitor, (data, { visitorId, ...attributes }) => {
        const decide = () =>
          bench(data, { tracking: 'off' })
            .core.createContext(visitorId, attributes)
            .runExperiences()
            .map(({ variationId }) => variationId);
        expect(decide()).toEqual(decide());
        const context = bench(data, { tracking: 'off' }).core.createContext(visitorId, attributes);
        const first = context.runExperiences();
        expect(context.runExperiences()).toEqual(first);
      }),
    );
  });

  it('not on the order of the calls', () => {
    fc.assert(
      fc.property(generated, visitor, fc.infiniteStream(fc.nat()), (data, { visitorId, ...attributes }, chance) => {
        const inOrder = bench(data, { tracking: 'off' }).core.createContext(visitorId, attributes);
        const expected = new Map(keysOf(data).map((key) => [key, inOrder.runExperience(key)]));
        const shuffled = keysOf(data)
          .map((key) => [chance.next().value ?? 0, key] as const)
          .sort(([a], [b]) => a - b);
        const context = bench(data, { tracking: 'off' }).core.createContext(visitorId, attributes);
        for (const [, key] of shuffled) expect(context.runExperience(key)).toEqual(expected.get(key));
      }),
    );
  });

  it('not on the order of the config', () => {
    fc.assert(
      fc.property(generated, visitor, (data, { visitorId, ...attributes }) => {
        const reversed = { ...data, experiences: [...(data.experiences as Json[])].reverse() };
        const ids = (config: Json) =>
          bench(config, { tracking: 'off' })
            .core.createContext(visitorId, attributes)
            .runExperiences()
            .map(({ variationId }) => variationId);
        expect(ids(reversed).reverse()).toEqual(ids(data));
      }),
    );
  });

  it('not on the visitors before', () => {
    const { core } = bench(sampleProject(), { environment: 'production' });
    fc.assert(
      fc.property(visitor, ({ visitorId, ...attributes }) => {
        const options = { locationAttributes: { path: '/' } };
        const busy = core.createContext(visitorId, attributes).toPayload(options);
        const fresh = bench(sampleProject(), { environment: 'production' })
          .core.createContext(visitorId, attributes)
          .toPayload(options);
        expect(busy).toEqual(fresh);
      }),
      { numRuns: 50 },
    );
  });

  it('and is the same for all ways to ask', () => {
    fc.assert(
      fc.property(generated, visitor, (data, { visitorId, ...attributes }) => {
        const { core } = bench(data, { tracking: 'off' });
        const context = core.createContext(visitorId, attributes);
        const payload = context
          .toPayload()
          .experiences.map(({ experienceKey, variationId }) => [experienceKey, variationId]);
        const diagnosed = keysOf(data).filter((key) => context.diagnoseExperience(key).resolved);
        const one = keysOf(data).flatMap((key) => {
          const result = bench(data, { tracking: 'off' }).core.createContext(visitorId, attributes).runExperience(key);
          return result === null ? [] : [[key, result.variationId]];
        });
        const every = context.runExperiences().map(({ experienceKey, variationId }) => [experienceKey, variationId]);
        expect(payload).toEqual(every);
        expect(one).toEqual(every);
        expect(diagnosed).toEqual(every.map(([key]) => key));
      }),
    );
  });
});
