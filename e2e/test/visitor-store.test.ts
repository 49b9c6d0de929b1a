import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataStoreContract } from '@convert-fullstack/core/testing';
import { afterAll, describe, it } from 'vitest';
import { visitorStoreIn } from '../../examples/storefront/visitor-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'visitor-store-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the visitor store of the storefront', () => {
  for (const { name, run } of dataStoreContract) it(name, () => run(() => visitorStoreIn(folder)));
});
