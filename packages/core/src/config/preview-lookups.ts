import type { Clock } from '../ports.ts';
import type { Snapshot } from './snapshot.ts';

/** Previews follow a visitor from page to page; what a page was made of may be as old. */
const MEMORY_MS = 60_000;
/** Anybody can write the address of a preview: so many different experiences are looked up in that time, and no more. */
const MAX_LOOKUPS = 20;

interface Lookup {
  readonly until: number;
  readonly found: Promise<Snapshot | null>;
}

/** Asks `find` for each experience at most once a minute. `null`: there is none, or too many others were asked for. */
export function rememberLookups(
  find: (experienceId: string) => Promise<Snapshot | null>,
  clock: Clock,
): (experienceId: string) => Promise<Snapshot | null> {
  const lookups = new Map<string, Lookup>();

  return async (experienceId) => {
    for (const [id, { until }] of lookups) if (until <= clock.now()) lookups.delete(id);
    const known = lookups.get(experienceId);
    if (known !== undefined) return known.found;
    if (lookups.size >= MAX_LOOKUPS) return null;
    const found = find(experienceId);
    lookups.set(experienceId, { until: clock.now() + MEMORY_MS, found });
    return found;
  };
}
