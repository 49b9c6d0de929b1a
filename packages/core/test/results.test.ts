import { describe, expect, it } from 'vitest';
import { bench } from './support/ports.ts';
import { arms, experience, type Json, project, shop, switchesOn } from './support/project.ts';

describe('an experience result', () => {
  it('names experience and variation by key and id and carries the variation of the config', () => {
    const data = shop();
    const result = bench(data).core.createContext('visitor-1').runExperience('checkout');
    const [, checkout] = data.experiences as [Json, { variations: [Json] }];
    expect(result).toEqual({
      experienceKey: 'checkout',
      experienceId: '20',
      experienceName: 'Experience checkout',
      variationKey: 'a',
      variationId: '201',
      variation: checkout.variations[0],
    });
  });

  it('is the same frozen object for every visitor of the variation', () => {
    const { core } = bench(shop());
    const first = core.createContext('visitor-1').runExperience('checkout');
    expect(core.createContext('visitor-2').runExperience('checkout')).toBe(first);
    expect(Object.isFrozen(first)).toBe(true);
    expect(() => Object.assign(first as object, { variationKey: 'x' })).toThrow(TypeError);
  });

  it('is one of a list that belongs to the caller', () => {
    const { core } = bench(shop());
    core.createContext('visitor-1').runExperiences().length = 0;
    expect(core.createContext('visitor-1').runExperiences()).toHaveLength(2);
  });
});

describe('a feature result', () => {
  it('carries variables in their declared types', () => {
    const { core } = bench(shop());
    expect(core.createContext('visitor-1').runFeature('express')).toEqual({
      featureKey: 'express',
      featureId: '31',
      status: 'enabled',
      variables: { fast: true },
      experienceKey: 'checkout',
      variationKey: 'a',
    });
  });

  it('is null for a feature that is not attached or not declared', () => {
    const context = bench(shop()).core.createContext('visitor-1');
    expect(context.runFeature('attached-nowhere')).toBeNull();
    expect(context.runFeature('unknown')).toBeNull();
    expect(context.runFeature('hero')).toBeNull();
  });

  it('cannot be changed for other visitors, however deep', () => {
    const variables = { plain: { list: [1] }, text: '{"list":[1],"theme":{"tone":"dawn"}}' };
    const data = project({
      features: [
        {
          id: '30',
          key: 'banner',
          variables: [
            { key: 'plain', type: 'json' },
            { key: 'text', type: 'json' },
          ],
        },
      ],
      experiences: [
        experience('10', 'e', { variations: arms('10', [100], [{ changes: [switchesOn('30', variables)] }]) }),
      ],
    });
    const { core } = bench(data);
    const read = () =>
      core.createContext('visitor-1').runFeature('banner')?.variables as typeof variables & { text: Json };
    const before = structuredClone(read());
    for (const change of [
      () => Object.assign(read(), { plain: 'mine' }),
      () => read().plain.list.push(2),
      () => (read().text.list as number[]).push(2),
      () => Object.assign(read().text.theme as Json, { tone: 'night' }),
    ]) {
      try {
        change();
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError);
      }
    }
    expect(read()).toEqual(before);
  });

  it('comes from the first experience in config order that the visitor is in', () => {
    const carrying = (value: number) => [{ changes: [switchesOn('30', { v: value })] }];
    const data = project({
      features: [{ id: '30', key: 'banner', variables: [] }],
      experiences: [
        experience('10', 'not-for-all', { variations: arms('10', [0], carrying(1)) }),
        experience('20', 'first', { variations: arms('20', [100], carrying(2)) }),
        experience('30', 'second', { variations: arms('30', [100], carrying(3)) }),
      ],
    });
    const context = bench(data).core.createContext('visitor-1');
    expect(context.runFeature('banner')).toMatchObject({ experienceKey: 'first', variables: { v: 2 } });
    expect(context.runFeatures()).toHaveLength(1);
  });

  it('reports and remembers only the experience that provided it', async () => {
    const { core, transport } = bench(shop());
    const context = core.createContext('visitor-1');
    context.runFeature('express');
    context.runFeature('express');
    await core.flush();
    expect(transport.events.map(({ event }) => event)).toEqual([
      { eventType: 'bucketing', data: { experienceId: '20', variationId: '201' } },
    ]);
  });
});
