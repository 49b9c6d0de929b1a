import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ROWS } from '../lib/matrix-rows.mjs';

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const minimum = (range) => `${range.replace('>=', '')}.0`;

it.each(ROWS)('docs/versions.md says what is tried in the row $name', ({ name, versions }) => {
  const line = read('docs/versions.md')
    .split('\n')
    .find((text) => text.includes(`\`${name}\``) && text.startsWith('|'));
  expect(line).toContain(`| ${versions.next} | ${versions.react} |`);
});

it.each(ROWS)('the row $name is made from folders that exist', ({ layers }) => {
  const missing = layers.filter((layer) => !existsSync(new URL(`../../e2e/matrix/template/${layer}`, import.meta.url)));
  expect(missing).toEqual([]);
});

it('the oldest row is the oldest that the packages accept', () => {
  const { versions } = ROWS.find(({ name }) => name === 'oldest');
  const { peerDependencies } = JSON.parse(read('packages/next/package.json'));
  expect([versions.next, versions.react]).toEqual([minimum(peerDependencies.next), minimum(peerDependencies.react)]);
  const react = JSON.parse(read('packages/react/package.json'));
  expect(react.peerDependencies.react).toBe(peerDependencies.react);
  const { devDependencies } = JSON.parse(read('packages/react/react-18/package.json'));
  expect(devDependencies).toMatchObject({ react: versions.react, swr: react.dependencies.swr });
});
