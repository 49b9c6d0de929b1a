/** What was written most recently: at least `size` keys, at most twice as many. */
export interface RecentMap<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
}

export function recentMap<Value>(size: number): RecentMap<Value> {
  // Two generations instead of deleting one by one: a Map with many deleted entries gets slow to look through.
  let recent = new Map<string, Value>();
  let older = new Map<string, Value>();
  return {
    get: (key) => recent.get(key) ?? older.get(key),
    set(key, value) {
      if (recent.size >= size && !recent.has(key)) {
        older = recent;
        recent = new Map();
      }
      recent.set(key, value);
    },
  };
}
