import { RELAY_MAX_BYTES, type RelayBatch, type RelayEvent } from '@convert-fullstack/core/bridge';
import { isId, readStorage, writeStorage } from './storage.ts';

/** Events of one visitor that are sent together. Once sent, neither its id nor its content changes. */
export interface Batch extends Required<Omit<RelayBatch, 'isLeaving'>> {
  readonly events: RelayEvent[];
}

const STORAGE_KEY = 'cv_queue';
// Well under what the relay takes at once, also after a long time without network.
const MAX_EVENTS = 100;
// With room for `isLeaving`.
const MAX_BYTES = RELAY_MAX_BYTES - 20;

/** Whether the relay takes as much, and a browser lets it outlive the page. */
export function fits(...batches: readonly Batch[]): boolean {
  const events = batches.flatMap((batch) => batch.events);
  return events.length <= MAX_EVENTS && new Blob([JSON.stringify(batches)]).size <= MAX_BYTES;
}

/** What was left in storage for whichever page is looked at next. Anyone can write there: what is malformed is ignored. */
export function storedBatches(): Batch[] {
  try {
    // Whatever else it is, it has no such method.
    const stored = readStorage(STORAGE_KEY) as unknown[];
    return stored.filter(isBatch);
  } catch {
    return [];
  }
}

/** Leaves these and nothing else, without the oldest if it is too much. Tells whether it worked. */
export function storeBatches(batches: Batch[]): boolean {
  while (!fits(...batches)) batches.shift();
  return writeStorage(STORAGE_KEY, batches.length > 0 && batches);
}

/** Runs while no other page does, where the browser can see to that: not without https, and not in old ones. */
export function exclusively(run: () => void | Promise<void>): void {
  const hold = async () => {
    await run();
    // In ms: other pages run in processes of their own, and see a little later what this one has written.
    await new Promise((later) => setTimeout(later, 200));
  };
  // A sandboxed page gets no lock: then it has no storage either.
  navigator.locks?.request(STORAGE_KEY, hold).catch(() => {}) ?? run();
}

/** What the events are is for the relay to judge. */
function isBatch(value: unknown): value is Batch {
  const { id, events }: Partial<Batch> = Object(value);
  // All of it that is used has been looked at.
  return isId(id) && Array.isArray(events) && fits(value as Batch);
}
