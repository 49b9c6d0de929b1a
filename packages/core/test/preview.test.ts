import { parsePreviewParam } from '@convert-fullstack/core';
import { manualClock } from '@convert-fullstack/core/testing';
import { describe, expect, it } from 'vitest';
import { bench, fetchedBench, MemoryStore } from './support/ports.ts';
import { arms, experience, type Json, project, shop, switchesOn } from './support/project.ts';

const draft = (): Json =>
  experience('90', 'draft', {
    variations: arms('90', [0, 0], [{}, { changes: [switchesOn('30', { headline: 'Draft' })] }]),
  });

describe('a previewed variation', () => {
  it('is shown whatever rules, traffic, status and environment say, with its features', async () => {
    const data = shop();
    const hidden = experience('10', 'hero', {
      environment: 'staging',
      audiences: ['nobody'],
      locations: ['nowhere'],
      variations: arms('10', [100, 0], [{}, { status: 'stopped', changes: [switchesOn('30', { headline: 'Hi' })] }]),
    });
    const { core } = bench(
      { ...data, experiences: [hidden], archived_experiences: ['10'] },
      { environment: 'production' },
    );
    const context = core.createContext('visitor-1');
    expect(context.runExperience('hero')).toBeNull();
    await context.setPreview({ experienceId: '10', variationId: '102' });
    expect(context.runExperience('hero')?.variationId).toBe('102');
    expect(context.runExperiences().map(({ variationId }) => variationId)).toEqual(['102']);
    expect(context.runFeature('banner')?.variables).toEqual({ headline: 'Hi' });
    expect(context.runFeatures()).toHaveLength(1);
    expect(context.toPayload().experiences.map(({ variationId }) => variationId)).toEqual(['102']);
    expect(context.diagnoseExperience('hero')).toMatchObject({ reason: 'preview', resolved: true });
    expect(core.createContext('visitor-1').runExperience('hero')).toBeNull();
  });

  it('leaves no trace of anything the context does', async () => {
    const dataStore = new MemoryStore();
    const { core, transport } = bench(shop(), { dataStore });
    const heard: unknown[] = [];
    core.on('bucketing', (payload) => heard.push(payload));
    core.on('conversion', (payload) => heard.push(payload));
    const context = core.createContext('visitor-1', { country: 'DE' });
    await context.setPreview({ experienceId: '10', variationId: '102' });
    context.runExperiences();
    context.runFeatures();
    context.expose({ experienceId: '20', variationId: '201' });
    context.setAttributes({ plan: 'pro' });
    context.setSegments({ country: 'DE' });
    context.runCustomSegments(['germans']);
    expect(context.trackConversion('purchase')).toEqual({ status: 'preview', tracked: false, reason: 'preview' });
    expect(context.defaultSegments).toEqual({ country: 'DE', customSegments: ['60'] });
    await core.flush();
    expect(heard).toEqual([]);
    expect(transport.sent).toEqual([]);
    expect(dataStore.texts.size).toBe(0);
    expect(core.createContext('visitor-1').trackConversion('purchase').status).toBe('queued');
  });

  it('comes with others of other experiences, the last one of each', async () => {
    const { core, logger } = bench(shop());
    const context = core.createContext('visitor-1');
    await context.setPreview(
      { experienceId: '20', variationId: '201' },
      { experienceId: '404', variationId: '1' },
      { experienceId: '10', variationId: '101' },
      { experienceId: '10', variationId: '102' },
    );
    expect(context.runExperiences().map(({ variationId }) => variationId)).toEqual(['102', '201']);
    expect(context.toPayload({ only: [] })).toMatchObject({
      preview: true,
      experiences: [],
      previewed: [
        { experienceKey: 'checkout', experienceId: '20', variationId: '201' },
        { experienceKey: 'hero', experienceId: '10', variationId: '102' },
      ],
    });
    expect(core.createContext('visitor-1').toPayload()).not.toHaveProperty('previewed');
    expect(logger.warnings).toEqual(['The previewed variation does not exist.']);
  });

  it('keeps its own copy of the visitor’s state while another context goes on', async () => {
    const { core } = bench(shop());
    const context = core.createContext('visitor-1');
    context.setSegments({ campaign: 'spring' });
    await context.setPreview({ experienceId: '10', variationId: '102' });
    context.setSegments({ campaign: 'preview' });
    expect(core.createContext('visitor-1').defaultSegments).toEqual({ campaign: 'spring' });
  });

  it('ends with ids that are empty or unknown, with a warning', async () => {
    for (const gone of [
      { experienceId: '', variationId: '' },
      { experienceId: '404', variationId: '1' },
      { experienceId: '10', variationId: '404' },
    ]) {
      const { core, logger } = bench(shop());
      const context = core.createContext('visitor-1');
      const normal = context.runExperience('hero', { enableTracking: false })?.variationId;
      const other = normal === '101' ? '102' : '101';
      await context.setPreview({ experienceId: '10', variationId: other });
      expect(context.runExperience('hero')?.variationId).toBe(other);
      await context.setPreview(gone);
      expect(context.runExperience('hero')?.variationId).toBe(normal);
      expect(context.trackConversion('purchase').status).toBe('queued');
      expect(logger.warnings).toEqual(['The previewed variation does not exist.']);
    }
  });
});

it('a preview that starts before the config is there leaves no trace either', async () => {
  const dataStore = new MemoryStore();
  const { core, transport } = fetchedBench({ dataStore });
  transport.configs = [{ status: 200, body: shop() }];
  const context = core.createContext('visitor-1');
  await context.setPreview({ experienceId: '10', variationId: '102' });
  await core.initialize();
  expect(context.runExperience('hero')?.variationId).toBe('102');
  context.runExperiences();
  context.setAttributes({ plan: 'pro' });
  expect(context.trackConversion('purchase').status).toBe('preview');
  await core.flush();
  expect([transport.sent.length, dataStore.texts.size]).toEqual([0, 0]);
  await context.setPreview({ experienceId: '', variationId: '' });
  expect(context.trackConversion('purchase').status).toBe('queued');
  expect(dataStore.get('1001-2002-visitor-1')).toMatchObject({ attributes: {}, bucketing: {}, goals: { '50': true } });
});

describe('a draft that the config does not contain', () => {
  const withDraft = () => {
    const data = shop();
    return { ...data, experiences: [...(data.experiences as Json[]), draft()] };
  };

  it('is asked for by id', async () => {
    const { core, transport } = fetchedBench({ environment: 'production' });
    transport.configs = [
      { status: 200, body: shop() },
      { status: 200, body: withDraft() },
    ];
    await core.initialize();
    const context = core.createContext('visitor-1');
    await context.setPreview({ experienceId: '90', variationId: '902' });
    const { searchParams } = new URL(transport.configRequests[1]?.url ?? '');
    expect(Object.fromEntries(searchParams)).toEqual({ environment: 'production', exp: '90', _conv_low_cache: '1' });
    expect(context.runExperience('draft')?.variationId).toBe('902');
    expect(context.runExperiences().map(({ experienceKey }) => experienceKey)).toEqual(['hero', 'checkout', 'draft']);
    expect(core.currentConfig?.entity('experience', 'draft')).toBeNull();
    expect(core.createContext('visitor-2').runExperience('draft')).toBeNull();
    await core.flush();
    expect(transport.sent).toEqual([]);
  });

  it('is asked for once a minute, and not too many of them are', async () => {
    const clock = manualClock();
    const { core, transport } = fetchedBench({ clock, refresh: false });
    const found = { status: 200, body: withDraft() };
    transport.configs = [{ status: 200, body: shop() }, ...Array.from({ length: 60 }, () => found)];
    await core.initialize();
    const lookUp = async (experienceId: string) => {
      const context = core.createContext('visitor-1');
      await context.setPreview({ experienceId, variationId: '902' });
      return context.runExperience('draft')?.variationId;
    };
    const lookups = () => transport.configRequests.length - 1;
    await Promise.all([lookUp('90'), lookUp('90')]);
    expect([await lookUp('90'), lookups()]).toEqual(['902', 1]);
    for (let id = 1_000; id < 1_050; id++) await lookUp(`${id}`);
    expect([await lookUp('90'), lookups()]).toEqual(['902', 20]);
    await clock.advance(60_000);
    expect([await lookUp('90'), lookups()]).toEqual(['902', 21]);
  });

  it('switches its features on', async () => {
    const { core, transport } = fetchedBench();
    const data = { ...withDraft(), experiences: [draft()] };
    transport.configs = [
      { status: 200, body: { ...shop(), experiences: [] } },
      { status: 200, body: data },
    ];
    await core.initialize();
    const context = core.createContext('visitor-1');
    await context.setPreview({ experienceId: '90', variationId: '902' });
    expect(context.runFeature('banner')).toMatchObject({ experienceKey: 'draft', variables: { headline: 'Draft' } });
  });

  it('is diagnosed as previewed', async () => {
    const { core, transport } = fetchedBench();
    transport.configs = [
      { status: 200, body: shop() },
      { status: 200, body: withDraft() },
    ];
    await core.initialize();
    const context = core.createContext('visitor-1');
    await context.setPreview({ experienceId: '90', variationId: '902' });
    expect(context.diagnoseExperience('draft').reason).toBe('preview');
  });

  it('is in the payload for the browser', async () => {
    const { core, transport } = fetchedBench();
    transport.configs = [
      { status: 200, body: shop() },
      { status: 200, body: withDraft() },
    ];
    await core.initialize();
    const context = core.createContext('visitor-1');
    await context.setPreview({ experienceId: '90', variationId: '902' });
    expect(context.toPayload().experiences.map(({ variationId }) => variationId)).toContain('902');
    expect(context.toPayload({ only: ['draft'] }).experiences.map(({ variationId }) => variationId)).toEqual(['902']);
  });

  it('that cannot be fetched is no preview, with a warning and without an error', async () => {
    for (const answer of [
      { status: 404 },
      { status: 200, body: shop() },
      { status: 200, body: '<html>' },
      new Error('down'),
    ]) {
      const { core, transport, logger } = fetchedBench();
      transport.configs = [{ status: 200, body: shop() }, answer];
      await core.initialize();
      const context = core.createContext('visitor-1');
      await context.setPreview({ experienceId: '90', variationId: '902' });
      expect(context.runExperience('draft')).toBeNull();
      expect(context.trackConversion('purchase').status).toBe('queued');
      expect(logger.warnings).toContain('The previewed variation does not exist.');
    }
  });
});

it('parsePreviewParam reads ids of digits and nothing else', () => {
  expect(parsePreviewParam('012.34')).toEqual({ experienceId: '012', variationId: '34' });
  for (const value of [
    '',
    '12',
    '12.',
    '.34',
    '1.2.3',
    ' 1.2',
    '1.2\n',
    '1.2x',
    '-1.2',
    '١.٢',
    `${'1'.repeat(80)}.2`,
    null,
    12.34,
    ['1.2'],
  ]) {
    expect(parsePreviewParam(value)).toBeNull();
  }
});

it('a project without experiences can be previewed', async () => {
  const context = bench(project()).core.createContext('visitor-1');
  await context.setPreview({ experienceId: '1', variationId: '2' });
  expect(context.runExperiences()).toEqual([]);
});
