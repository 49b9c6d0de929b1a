import type { Snapshot } from './config/snapshot.ts';
import { asText } from './decide/text.ts';
import type { Emitter } from './events.ts';
import { type Attributes, NO_ATTRIBUTES } from './results.ts';
import type { VisitorRecord } from './visitor-record.ts';

/**
 * Tells where a visitor has come to and gone from since the last run, and returns whether anything has changed. Costs
 * nothing while nobody listens.
 */
export function tellLocationChanges(
  emitter: Emitter,
  snapshot: Snapshot,
  record: VisitorRecord,
  locationAttributes: Attributes | undefined,
): boolean {
  if (!emitter.has('locationActivated') && !emitter.has('locationDeactivated')) return false;
  let hasChanged = false;
  for (const location of snapshot.locations) {
    const isHere = snapshot.rulesOf(location)(NO_ATTRIBUTES, locationAttributes ?? undefined, record);
    if (isHere === record.activeLocations.has(location.id)) continue;
    if (isHere) record.activeLocations.add(location.id);
    else record.activeLocations.delete(location.id);
    const { id, key, source } = location;
    const change = { visitorId: record.visitorId, location: { id, key, name: asText(source.name ?? '') } };
    hasChanged = true;
    emitter.emit(isHere ? 'locationActivated' : 'locationDeactivated', change);
  }
  return hasChanged;
}
