import type { TrackedEvent, TrackedVisitor } from '../ports.ts';
import type { Attributes } from '../results.ts';

/** One event waiting for delivery. */
export interface QueuedEvent {
  readonly visitorId: string;
  readonly segments: Attributes | undefined;
  readonly event: TrackedEvent;
}

/** Groups events by visitor: visitors in order of their first event, the latest segments of each. */
export function groupByVisitor(queued: readonly QueuedEvent[]): TrackedVisitor[] {
  const visitors = new Map<string, { visitorId: string; segments?: Attributes; events: TrackedEvent[] }>();
  for (const { visitorId, segments, event } of queued) {
    let visitor = visitors.get(visitorId);
    if (visitor === undefined) {
      visitor = { visitorId, events: [] };
      visitors.set(visitorId, visitor);
    }
    if (segments !== undefined) visitor.segments = segments;
    visitor.events.push(event);
  }
  return [...visitors.values()];
}

const encoder = new TextEncoder();

/** Upper bound of the bytes an event adds to a request. */
export function bytesOf({ visitorId, segments, event }: QueuedEvent): number {
  return encoder.encode(JSON.stringify([visitorId, segments ?? null, event])).length + 48;
}
