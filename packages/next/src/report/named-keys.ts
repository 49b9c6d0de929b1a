/**
 * Finds keys in built code, where minifiers have renamed everything but texts. Not those that are the `key` or `value` of
 * an object: a config that was built in names all of them.
 */
export function keyFinder(keys: readonly string[]): (code: string) => string[] {
  if (keys.length === 0) return () => [];
  const anyKey = keys.map((key) => key.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|');
  const named = new RegExp(`(?<!\\b(?:key|value)["']?\\s*:\\s*)(["'\`])(${anyKey})\\1`, 'g');
  return (code) => [...new Set([...code.matchAll(named)].flatMap(([, , key]) => key ?? []))];
}
