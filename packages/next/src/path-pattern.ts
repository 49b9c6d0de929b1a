import { ConvertError } from '@convert-fullstack/core';

/** Whether the segments of a path, without its base path, are those that a pattern means. */
export type PathPattern = (segments: readonly string[]) => boolean;

/**
 * `/static` or `/static/:slug`, where `:slug` is any one segment; a slash at the end does not matter. Throws
 * `ConvertError` `options_invalid` for anything else.
 */
export function pathPattern(pattern: string): PathPattern {
  if (!/^\/(?:(?:[^/:*?#]+|:\w+)(?:\/|$))*$/.test(pattern)) {
    throw new ConvertError(
      'options_invalid',
      `staticVariants() needs paths like "/static" or "/static/:slug", got ${JSON.stringify(pattern)}.`,
    );
  }
  const wanted = partsOf(pattern);
  return (segments) =>
    segments.length === wanted.length && wanted.every((part, at) => part.startsWith(':') || part === segments[at]);
}

/** Of a path as an address has it. Next.js finds a page by its decoded path. */
export function segmentsOf(path: string): string[] {
  const parts = partsOf(path);
  return path.includes('%') ? parts.map(decoded) : parts;
}

function partsOf(path: string): string[] {
  return path.split('/').filter(Boolean);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
