/** `String(value)`, and an empty string for the few objects that cannot become one. */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    return String(value);
  } catch {
    return '';
  }
}
