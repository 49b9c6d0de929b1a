/** A `Server-Timing` metric: how long Convert took, and what it has to say; a description without `"` and `\`. */
export function serverTiming(tookMs: number, description?: string): string {
  const metric = `convert;dur=${tookMs.toFixed(1)}`;
  return description === undefined ? metric : `${metric};desc="${description}"`;
}
