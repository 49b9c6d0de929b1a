/** Adds one to a count of a list. */
export function increment(counts: { [index: number]: number }, index: number): void {
  counts[index] = (counts[index] ?? 0) + 1;
}
