import type { ServerResponse } from 'node:http';
import * as v from 'valibot';
import { sendError } from './exchange.ts';

const modeSchema = v.picklist(['ok', 'error', 'hang']);
export const faultsSchema = v.partial(v.strictObject({ config: modeSchema, track: modeSchema }));

/** `error` answers 500, `hang` never answers; neither counts what was sent. */
export type FaultMode = v.InferOutput<typeof modeSchema>;

/** How the two halves of the service behave. */
export interface Faults {
  readonly config: FaultMode;
  readonly track: FaultMode;
}

/** Answers, or leaves unanswered, in place of the real route. True when it did. */
export function misbehaves(mode: FaultMode, response: ServerResponse): boolean {
  if (mode === 'ok') return false;
  if (mode === 'error') sendError(response, 500, 'The emulator was told to fail.');
  return true;
}
