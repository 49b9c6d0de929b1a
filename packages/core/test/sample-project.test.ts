import { Core } from '@convert-fullstack/core';
import { describe, expect, it } from 'vitest';
import { bucketOf } from '../src/decide/bucketing.ts';
import { hashPrefix } from '../src/decide/hash.ts';
import { sampleDecisions, sampleProject } from './support/sample-project.ts';

const { paths, environments, bucketValues } = sampleDecisions();

describe.each(Object.entries(environments))('the sample project in %s', (environment, rows) => {
  it.each(rows.map((row) => [row.visitorId, row] as const))('%s', (visitorId, { attributes, decisions: expected }) => {
    const core = new Core({
      data: sampleProject(),
      environment,
      logLevel: 'silent',
      batchSize: 1_000_000,
      tracking: 'off',
    });
    const context = core.createContext(visitorId, attributes);
    const decided = Object.keys(expected).map((key) => {
      const options = { locationAttributes: { path: paths[key] } };
      const result = context.runExperience(key, options);
      if (result !== null) return [key, result.variationKey];
      return [key, context.diagnoseExperience(key, options).reason === 'not_in_traffic' ? 'not_decided' : null];
    });
    expect(Object.fromEntries(decided)).toEqual(expected);
  });
});

it.each(bucketValues)('$experienceId puts $visitorId into bucket $value', ({ experienceId, visitorId, value }) => {
  expect(bucketOf(hashPrefix(experienceId), visitorId)).toBe(value);
  const key =
    (sampleProject().experiences as { id: string; key: string }[]).find(({ id }) => id === experienceId)?.key ?? '';
  const context = new Core({ data: sampleProject() }).createContext(visitorId);
  expect(context.diagnoseExperience(key).details.bucket).toBe(value);
});
