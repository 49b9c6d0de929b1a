import { VisitorRecord } from './visitor-record.ts';

/** Where contexts get visitor records from and leave their writes. */
export interface VisitorRecords {
  /** Throws `ConvertError` `async_store` when the store answers with a promise. */
  get(visitorId: string): VisitorRecord;
  load(visitorId: string): Promise<VisitorRecord>;
  /** The record that stands for the visitor by now: two contexts may have started before either wrote. */
  latest(record: VisitorRecord): VisitorRecord;
  save(record: VisitorRecord): void;
  /** Erases a visitor's record. What contexts that still have it write is not kept. Never rejects. */
  forget(visitorId: string): Promise<void>;
  /** How often records were given up to make room; a record outlives the first time. */
  readonly clearings: number;
}

/** What a record weighs beside its entries. */
const RECORD_WEIGHT = 8;

/**
 * Records in this process's memory, the least recently written forgotten first. Bounded by what the records hold, so
 * that a project with a thousand experiences takes no more memory than one with ten.
 */
export function recordsInMemory(maxWeight = 50_000): VisitorRecords {
  // Two generations instead of deleting one by one: a Map with many deleted entries gets slow to look through.
  let recent = new Map<string, VisitorRecord>();
  let older = new Map<string, VisitorRecord>();
  let weight = 0;
  let clearings = 0;
  const known = (visitorId: string): VisitorRecord | undefined => recent.get(visitorId) ?? older.get(visitorId);
  const get = (visitorId: string): VisitorRecord => known(visitorId) ?? new VisitorRecord(visitorId);
  return {
    get,
    load: async (visitorId) => get(visitorId),
    latest: (record) => (record.keptSize > 0 ? record : (known(record.visitorId) ?? record)),
    save(record) {
      if (record.isForgotten) return;
      const size = RECORD_WEIGHT + record.size;
      weight += recent.has(record.visitorId) ? size - record.keptSize : size;
      record.keptSize = size;
      recent.set(record.visitorId, record);
      if (weight < maxWeight) return;
      older = recent;
      recent = new Map();
      weight = 0;
      clearings++;
    },
    async forget(visitorId) {
      const record = known(visitorId);
      if (record === undefined) return;
      record.isForgotten = true;
      if (recent.delete(visitorId)) weight -= record.keptSize;
      older.delete(visitorId);
    },
    get clearings() {
      return clearings;
    },
  };
}
