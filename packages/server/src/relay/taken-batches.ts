import { recentMap } from '../recent-map.ts';

/** The batches a relay has taken over of late. */
export interface TakenBatches {
  /**
   * Runs `take` unless it has succeeded for this batch before: `null` then. A batch that arrives twice at the same time
   * waits for its twin, and a failure leaves it to whoever brings it next. Without an id, every batch is a new one.
   */
  once<Taken>(batch: BatchName, take: () => Promise<Taken>): Promise<Taken | null>;
  /** Whether it has been taken over; waits for one that is just arriving. */
  has(batch: BatchName): Promise<boolean>;
}

export interface BatchName {
  /** Whose cookie it came with: of a batch of somebody else's, nobody can say that it has been brought. */
  readonly visitorRef: string;
  readonly batchId: string | undefined;
}

/** Retries come within seconds; later ones bring the receipt's cookie. */
const REMEMBERED_BATCHES = 10_000;

export function createTakenBatches(): TakenBatches {
  const taken = recentMap<true>(REMEMBERED_BATCHES);
  const underWay = new Map<string, Promise<unknown>>();
  // Nothing may happen between the last look at `underWay` and what follows from it, hence no function for the loop.
  return {
    async once(batch, take) {
      if (batch.batchId === undefined) return take();
      const name = nameOf(batch);
      while (underWay.has(name)) await underWay.get(name)?.catch(() => {});
      if (taken.get(name)) return null;
      const taking = take();
      underWay.set(name, taking);
      try {
        const result = await taking;
        taken.set(name, true);
        return result;
      } finally {
        underWay.delete(name);
      }
    },
    async has(batch) {
      const name = nameOf(batch);
      while (underWay.has(name)) await underWay.get(name)?.catch(() => {});
      return taken.get(name) === true;
    },
  };
}

const nameOf = ({ visitorRef, batchId }: BatchName) => `${visitorRef} ${batchId}`;
