import { expect, it } from 'vitest';
import * as surface from '../src/index.ts';
import { convertWith } from './fixtures.ts';

it('exports exactly this', () => {
  expect(Object.keys(surface)).toEqual(['createConvert']);
  expect(Object.keys(convertWith()).sort()).toEqual([
    'experience',
    'feature',
    'handlers',
    'payload',
    'proxy',
    'trackConversion',
  ]);
});
