import * as core from '@convert-fullstack/core';
import * as bridge from '@convert-fullstack/core/bridge';
import { expect, it } from 'vitest';

it('exports exactly this', () => {
  expect(Object.keys(core).sort()).toEqual([
    'Context',
    'ConvertError',
    'Core',
    'fetchConfig',
    'hashText',
    'parsePreviewParam',
  ]);
  expect(Object.keys(bridge).sort()).toEqual([
    'ConvertError',
    'PREVIEW_COOKIE',
    'PREVIEW_PARAM',
    'RECEIPT_COOKIE',
    'RELAY_MAX_BYTES',
    'THROWN_COOKIE',
    'addressAfterPreview',
    'checkConversion',
    'conversionMissed',
    'conversionQueued',
    'formatPairs',
    'isReportable',
    'parsePairs',
    'previewAlone',
    'previewsIn',
    'readPageVisitor',
    'visitorOf',
    'withoutPreview',
    'withoutThrown',
    'writePageVisitor',
  ]);
});

it('a ConvertError names its code and keeps its cause', () => {
  const cause = new Error('why');
  const error = new core.ConvertError('config_invalid', 'What happened.', { cause });
  expect(error).toBeInstanceOf(Error);
  expect([error.name, error.code, error.cause]).toEqual(['ConvertError', 'config_invalid', cause]);
  expect(error.message).toContain('What happened.');
  expect(error.message).toContain('config_invalid');
});
