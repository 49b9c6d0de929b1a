import { ConvertError } from '@convert-fullstack/core';

/** Whether a path, without its base path, is one that a pattern means. */
export type PathPattern = (path: string) => boolean;

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
  const wanted = segmentsOf(pattern);
  return (path) => {
    const segments = segmentsOf(path);
    return (
      segments.length === wanted.length &&
      wanted.every((part, at) => part.startsWith(':') || part === decoded(segments[at] ?? ''))
    );
  };
}

export function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

// Next.js finds a page by its decoded path.
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
