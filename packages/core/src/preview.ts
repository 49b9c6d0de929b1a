export interface PreviewRequest {
  readonly experienceId: string;
  readonly variationId: string;
}

/**
 * Reads the value of a preview link's `convert_preview` parameter; `null` when it is none.
 *
 * @example parsePreviewParam('100334665.1003142550') // { experienceId: '100334665', variationId: '1003142550' }
 */
export function parsePreviewParam(value: unknown): PreviewRequest | null {
  if (typeof value !== 'string' || value.length > 64) return null;
  const match = /^([0-9]+)\.([0-9]+)$/.exec(value);
  const [, experienceId, variationId] = match ?? [];
  return experienceId === undefined || variationId === undefined ? null : { experienceId, variationId };
}
