import { parsePair, type VariationIds } from './bridge/pairs.ts';

export type PreviewRequest = VariationIds;

/**
 * Reads the value of a preview link's `convert_preview` parameter; `null` when it is none.
 *
 * @example parsePreviewParam('100334665.1003142550') // { experienceId: '100334665', variationId: '1003142550' }
 */
export function parsePreviewParam(value: unknown): PreviewRequest | null {
  return parsePair(value);
}
