import { describe, expect, it } from 'vitest';
import { type PageVisitor, readPageVisitor, writePageVisitor } from '../src/bridge/index.ts';
import { bench } from './support/ports.ts';
import { arms, experience, project, shop } from './support/project.ts';

describe('core.variationsOf()', () => {
  it('lists what new visitors are split between, with its features', () => {
    const { core } = bench(shop());
    expect(core.variationsOf('hero').map(({ variationId }) => variationId)).toEqual(['101', '102']);
    expect(core.variationsOf('hero')[1]?.features).toMatchObject([{ featureKey: 'banner' }]);
  });

  it('leaves out variations without traffic', () => {
    const variations = arms('10', [50, 0, null], [{}, {}, { status: 'stopped' }]);
    const { core } = bench(project({ experiences: [experience('10', 'e', { variations })] }));
    expect(core.variationsOf('e').map(({ variationId }) => variationId)).toEqual(['101']);
  });

  it('is empty for what does not run: unknown, archived, of another environment, without a config', () => {
    const data = project({
      archived_experiences: ['10'],
      experiences: [experience('10', 'archived'), experience('20', 'staged', { environment: 'staging' })],
    });
    const { core } = bench(data, { environment: 'production' });
    expect(['archived', 'staged', 'unknown'].flatMap((key) => core.variationsOf(key))).toEqual([]);
    expect(bench(data, { environment: 'staging' }).core.variationsOf('staged')).toHaveLength(2);
  });
});

describe('core.payloadFor() without a visitor', () => {
  it('names nobody and counts nobody as assigned', () => {
    const { core } = bench(shop());
    expect(core.payloadFor(null, [['10', '101']])).toMatchObject({ visitorId: null, goals: ['purchase', 'signup'] });
    expect(assigned(core)).toBe(0);
    core.payloadFor('visitor-1', [['10', '101']]);
    expect(assigned(core)).toBe(1);
  });

  it('has the order of the config, whatever the order of the decisions', () => {
    const payload = bench(shop()).core.payloadFor(null, [
      ['20', '201'],
      ['10', '101'],
    ]);
    expect(payload?.experiences.map(({ experienceKey }) => experienceKey)).toEqual(['hero', 'checkout']);
  });
});

describe('the visitor of a static page', () => {
  it.each<PageVisitor>([
    { visitorId: 'a-b.c_d~e:f@g+h=i|j' },
    { visitorId: 'a', consent: 'pending' },
    { visitorId: null, visitorRef: 'abcdefghijklmno_' },
    { visitorId: 'a', visitorRef: 'abcdefghijklmno_', consent: 'pending' },
    { visitorId: null, consent: 'denied' },
    { visitorId: 'a', previewed: [{ experienceId: '12', variationId: '34' }] },
    { visitorId: null, visitorRef: 'preview', consent: 'denied', previewed: [{ experienceId: '1', variationId: '2' }] },
    { visitorId: null },
  ])('arrives as it was written: %j', (visitor) => {
    const text = writePageVisitor('1_2', visitor);
    expect(text).toMatch(/^[\x20-\x7e]+$/);
    expect(text).not.toMatch(/["\\]/);
    expect(readPageVisitor('1_2', text)).toEqual(visitor);
  });

  it.each([
    '',
    '1_2',
    '1_3 granted a - -',
    '1_2 anything a - -',
    '1_2 granted <b> - -',
    `1_2 granted ${'a'.repeat(129)} - -`,
    '1_2 granted a short -',
    '1_2 granted a - - more',
    '1_2  a - -',
    '__proto__ granted a - -',
  ])('is nobody in %j', (text) => {
    expect(readPageVisitor('1_2', text)).toBeNull();
  });
});

function assigned(core: ReturnType<typeof bench>['core']): number {
  const variations = core.health().experiences.flatMap((one) => one.variations);
  return variations.reduce((sum, one) => sum + one.assigned, 0);
}
