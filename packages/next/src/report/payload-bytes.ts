import { gzipSync } from 'node:zlib';
import type { Assignment, Core, Payload } from '@convert-fullstack/core';

export interface Bytes {
  readonly raw: number;
  readonly gzip: number;
}

// As long as an id that the proxy mints.
const SOMEBODY = '00000000-0000-4000-8000-000000000000';

/**
 * The largest payload there can be: of a visitor who is in each of these experiences, with the variation that says most.
 * `only`, as in `convert.payload({ only })`, leaves out the others.
 */
export function largestPayload(core: Core, experienceKeys: readonly string[], only?: readonly string[]): Payload {
  const decisions = experienceKeys.flatMap((key) => largestOf(core.variationsOf(key)) ?? []);
  const pairs = decisions.map(({ experienceId, variationId }) => [experienceId, variationId] as const);
  const payload = core.payloadFor(SOMEBODY, pairs, only && { only });
  // The pairs have just been read from the same config.
  if (payload === null) throw new Error('The config has changed meanwhile.');
  return payload;
}

export function bytesOf(payload: Payload): Bytes {
  const text = JSON.stringify(payload);
  return { raw: Buffer.byteLength(text), gzip: gzipSync(text).length };
}

function largestOf(variations: readonly Assignment[]): Assignment | undefined {
  const sizeOf = (variation: Assignment) => JSON.stringify(variation).length;
  return [...variations].sort((a, b) => sizeOf(b) - sizeOf(a))[0];
}
