import type { PrivacyScope } from '@convert-fullstack/core';
import { describe, expect, it } from 'vitest';
import { bench, fetchedBench } from './support/ports.ts';
import { project } from './support/project.ts';

const OFF = { globalPrivacyControl: 'OFF', doNotTrack: 'OFF' };

const privacyWith = (settings: unknown): unknown =>
  bench(project({ project: { id: '2002', settings } })).core.currentConfig?.privacy;

describe('the privacy signals a project wants honoured', () => {
  it.each<PrivacyScope>(['OFF', 'EU ONLY', 'EEA ONLY', 'Worldwide'])('may be honoured for %s', (scope) => {
    expect(privacyWith({ global_privacy_control: scope })).toEqual({ ...OFF, globalPrivacyControl: scope });
    expect(privacyWith({ do_not_track: scope })).toEqual({ ...OFF, doNotTrack: scope });
  });

  it('are told apart', () => {
    const settings = { global_privacy_control: 'Worldwide', do_not_track: 'EU ONLY', do_not_track_referral: true };
    expect(privacyWith(settings)).toEqual({ globalPrivacyControl: 'Worldwide', doNotTrack: 'EU ONLY' });
  });

  it.each([
    ['worldwide', 'Worldwide'],
    ['WORLDWIDE', 'Worldwide'],
    [' eu only ', 'EU ONLY'],
    ['Eea Only', 'EEA ONLY'],
    ['off', 'OFF'],
  ])('may be spelled "%s"', (spelled, scope) => {
    expect(privacyWith({ do_not_track: spelled })).toEqual({ ...OFF, doNotTrack: scope });
  });

  it.each([
    ['no settings', undefined],
    ['null', null],
    ['a string', 'Worldwide'],
    ['a list', ['Worldwide']],
    ['nothing said', {}],
    ['words nobody knows', { global_privacy_control: 'EVERYWHERE', do_not_track: 'on' }],
    ['other types', { global_privacy_control: true, do_not_track: ['Worldwide'] }],
    ['objects', { global_privacy_control: { toString: 'Worldwide' }, do_not_track: null }],
    ['names that every object has', { global_privacy_control: 'toString', do_not_track: 'valueOf' }],
  ])('are off with %s', (_name, settings) => {
    expect(privacyWith(settings)).toEqual(OFF);
  });

  it('follow the config in use', async () => {
    const { core, transport } = fetchedBench();
    const config = (do_not_track: string) => project({ project: { id: '2002', settings: { do_not_track } } });
    transport.configs = [
      { status: 200, body: config('OFF') },
      { status: 200, body: config('Worldwide') },
    ];
    expect(core.currentConfig).toBeNull();
    await core.initialize();
    expect(core.currentConfig?.privacy).toEqual(OFF);
    await core.refreshNow();
    expect(core.currentConfig?.privacy).toEqual({ ...OFF, doNotTrack: 'Worldwide' });
    expect(Object.isFrozen(core.currentConfig?.privacy)).toBe(true);
  });
});
