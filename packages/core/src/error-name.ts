/** What may be told of a foreign error: its message may quote addresses and keys, its name and code do not. */
export function errorName(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code = codeOf(error) ?? codeOf(error.cause);
  return code === null ? error.name : `${error.name} (${code})`;
}

function codeOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}
