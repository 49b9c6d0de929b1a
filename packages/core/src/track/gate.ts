import type { Queue } from './queue.ts';
import type { QueuedEvent } from './wire-events.ts';

/** Where events wait for the application's store to say whether they are the first of their kind. */
export interface Gate {
  /**
   * Queues an event unless it is not the first; `false` then. Events of one visitor keep their order. `queued` runs when
   * the event is in the queue.
   */
  admit(isFirst: boolean | Promise<boolean>, event: QueuedEvent, queued: () => void): boolean;
  /** Whether events wait. */
  readonly isIdle: boolean;
  /** Resolves when what waits now is queued or dropped. */
  settled(): Promise<void>;
  /** Drops what waits; of one visitor if one is named. */
  drop(visitorId?: string): void;
}

export function createGate(queue: Queue): Gate {
  const waiting = new Map<QueuedEvent, Promise<void>>();
  /** The latest event of each visitor who has one waiting. */
  const latest = new Map<string, Promise<void>>();

  function enqueue(event: QueuedEvent, queued: () => void): void {
    queue.add(event);
    queued();
  }

  async function afterEarlier(
    earlier: Promise<void> | undefined,
    isFirst: boolean | Promise<boolean>,
    event: QueuedEvent,
    queued: () => void,
  ): Promise<void> {
    const [isAdmitted] = await Promise.all([isFirst, earlier]);
    if (waiting.delete(event) && isAdmitted) enqueue(event, queued);
  }

  return {
    admit(isFirst, event, queued) {
      const { visitorId } = event;
      const earlier = latest.get(visitorId);
      if (isFirst === false) return false;
      if (isFirst === true && earlier === undefined) {
        enqueue(event, queued);
        return true;
      }
      const done = afterEarlier(earlier, isFirst, event, queued).finally(() => {
        if (latest.get(visitorId) === done) latest.delete(visitorId);
      });
      waiting.set(event, done);
      latest.set(visitorId, done);
      return true;
    },
    get isIdle() {
      return waiting.size === 0;
    },
    async settled() {
      await Promise.all(waiting.values());
    },
    drop(visitorId) {
      for (const event of waiting.keys()) {
        if (visitorId === undefined || event.visitorId === visitorId) waiting.delete(event);
      }
    },
  };
}
