import { Core } from '@convert-fullstack/core';
import { describe, expect, it } from 'vitest';
import { errorOf } from './support/errors.ts';
import { arms, experience, type Json, project, shop } from './support/project.ts';

const refusal = (data: unknown): string => errorOf(() => new Core({ data, logLevel: 'silent' }));

describe('what is no config is refused with the field that is wrong', () => {
  it.each<[string, unknown, string]>([
    ['null', null, 'The config must be a JSON object, got null'],
    ['an array', [project()], 'The config must be a JSON object, got an array'],
    ['a page', '<!doctype html><html></html>', 'got a string that looks like HTML'],
    ['JSON that was not parsed', JSON.stringify(project()), 'The config must be a JSON object, got a string'],
    ['a number', 7, 'The config must be a JSON object, got number'],
    ['a function', () => project(), 'The config must be a JSON object, got function'],
    ['a promise of a config', Promise.resolve(project()), 'account_id must be a non-empty string'],
    ['{}', {}, 'account_id must be a non-empty string or a number, got nothing'],
    ['an error body', { error: 'Not found' }, 'error is set'],
    ['a config with an error', project({ error: { code: 404 } }), 'error is set'],
    ['an empty account id', project({ account_id: '' }), 'account_id must be'],
    ['an account id that is an object', project({ account_id: {} }), 'account_id must be'],
    ['no project', { account_id: '1' }, 'project must be an object, got nothing'],
    ['a project that is a list', { account_id: '1', project: [] }, 'project must be an object, got an array'],
    ['a project without id', { account_id: '1', project: { name: 'x' } }, 'project.id must be'],
    ['a project id that is no number', { account_id: '1', project: { id: Number.NaN } }, 'project.id must be'],
  ])('%s', (_name, data, message) => {
    expect(refusal(data)).toContain(`config_invalid: ${message.startsWith('got') ? '' : message}`);
    expect(refusal(data)).toContain(message);
  });

  it.each(['experiences', 'features', 'goals', 'audiences', 'segments', 'locations'])('%s of a wrong type', (field) => {
    expect(refusal(project({ [field]: {} }))).toContain(`${field} must be an array, got an object`);
    expect(refusal(project({ [field]: 'none' }))).toContain(`${field} must be an array, got a string`);
    expect(refusal(project({ [field]: [{ id: '1', key: 'k' }, null] }))).toContain(
      `${field}[1] must be an object, got null`,
    );
    expect(refusal(project({ [field]: [[]] }))).toContain(`${field}[0] must be an object, got an array`);
    expect(refusal(project({ [field]: [{ key: 'k' }] }))).toContain(`${field}[0].id must be`);
    expect(refusal(project({ [field]: [{ id: true, key: 'k' }] }))).toContain(`${field}[0].id must be`);
    expect(refusal(project({ [field]: [{ id: '1', key: {} }] }))).toContain(
      `${field}[0].key must be a string, got an object`,
    );
  });

  it.each<[Json, string]>([
    [{ variations: {} }, 'variations must be an array, got an object'],
    [{ variations: ['a'] }, 'variations[0] must be an object, got a string'],
    [{ variations: [{ id: '1', changes: {} }] }, 'variations[0].changes must be an array'],
    [{ variations: [{ id: '1', changes: [3] }] }, 'variations[0].changes[0] must be an object'],
    [
      { variations: [{ id: '1', traffic_allocation: { all: 1 } }] },
      'variations[0].traffic_allocation must be a percentage',
    ],
    [{ variations: [{ id: '1', traffic_allocation: true }] }, 'variations[0].traffic_allocation must be a percentage'],
    [{ audiences: 'everyone' }, 'audiences must be an array, got a string'],
    [{ audiences: [null] }, 'audiences[0] must be'],
    [{ locations: { id: 1 } }, 'locations must be an array, got an object'],
    [{ locations: [[]] }, 'locations[0] must be'],
    [{ settings: 'none' }, 'settings must be an object, got a string'],
  ])('an experience with %j', (part, message) => {
    expect(refusal(project({ experiences: [experience('10', 'hero', part)] }))).toContain(
      `config_invalid: experiences[key=hero].${message}`,
    );
  });

  it('archived experiences that are no ids', () => {
    expect(refusal(project({ archived_experiences: [{}] }))).toContain('archived_experiences[0] must be');
    expect(refusal(project({ archived_experiences: '10' }))).toContain('archived_experiences must be an array');
  });
});

describe('member names that attacks on objects are made of are refused, wherever they stand', () => {
  const text = JSON.stringify(shop());
  it.each(['__proto__', 'constructor'])('%s', (name) => {
    const places = [...text.matchAll(/\{/g)].map(({ index }) => index);
    expect(places.length).toBeGreaterThan(20);
    for (const at of places) {
      const attacked = `${text.slice(0, at)}{"${name}":{"polluted":true},${text.slice(at + 1).replace(/^\}/, '"x":1}')}`;
      expect(refusal(JSON.parse(attacked))).toMatch(
        new RegExp(`config_invalid: .*${name} is not allowed as a member name`),
      );
    }
    expect(({} as Json).polluted).toBeUndefined();
  });

  it.each(['experiences', 'features', 'goals', 'audiences', 'segments', 'locations'])('as keys of %s', (field) => {
    for (const key of ['__proto__', 'constructor']) {
      expect(refusal(project({ [field]: [{ id: '1', key }] }))).toContain(`${field}[0].key must not be "${key}"`);
    }
  });
});

describe('documents without end', () => {
  it('too deep', () => {
    let deep: unknown = 'bottom';
    for (let level = 0; level < 5_000; level++) deep = level % 2 === 0 ? { deep } : [deep];
    expect(refusal(project({ deep }))).toContain('nested more than 64 levels deep');
  });

  it('cyclic', () => {
    const data = project({ experiences: [experience('10', 'hero')] });
    data.self = data;
    expect(refusal(data)).toContain('nested more than 64 levels deep');
    const list: unknown[] = [];
    list.push(list);
    expect(refusal(project({ list }))).toContain('nested more than 64 levels deep');
  });
});

describe('options', () => {
  it('need exactly one of sdkKey and data', () => {
    expect(errorOf(() => new Core({}))).toContain('options_invalid: Core needs either `sdkKey`');
    expect(errorOf(() => new Core({ sdkKey: '' }))).toContain('got neither');
    expect(errorOf(() => new Core({ sdkKey: 'k', data: project() }))).toContain('got both');
  });

  it('refuse a fallback config that is none', () => {
    expect(errorOf(() => new Core({ sdkKey: 'k', fallbackData: { account_id: '1' } }))).toContain(
      'config_invalid: project must be an object',
    );
  });

  it('refuse addresses that are none', () => {
    const withUrl = (url: string) => errorOf(() => new Core({ data: project(), transport: { trackUrl: url } }));
    expect(withUrl('collector.example')).toContain('options_invalid: transport.trackUrl must be an http(s) URL');
    expect(withUrl('ftp://collector.example')).toContain('transport.trackUrl must be an http(s) URL');
    expect(withUrl('')).toContain('transport.trackUrl must be an http(s) URL');
    expect(errorOf(() => new Core({ sdkKey: 'k', transport: { configUrl: 'nowhere' } }))).toContain(
      'transport.configUrl',
    );
  });

  it('are named in an error that is a ConvertError and an Error', () => {
    expect(() => new Core({ data: project({ experiences: [{ ...arms('1', [1])[0], variations: 3 }] }) })).toThrow(
      Error,
    );
  });
});
