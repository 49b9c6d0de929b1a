import { ConvertError } from '../errors.ts';

export interface ConversionOptions {
  /** Amount in the project's currency. */
  readonly revenue?: number;
  /**
   * Details by wire name: `transactionId`, `productsCount`, `customDimension1` to `customDimension5` (also accepted:
   * `transaction_id`, `products_count`, `items_count`). Values are strings or finite numbers.
   */
  readonly conversionData?: Readonly<Record<string, string | number>>;
  /**
   * Count the goal again although this visitor has reached it before, for example a second purchase: with revenue or data,
   * which is what there is to add. A `transactionId` of this goal that was among the visitor's latest 20 is not counted again.
   */
  readonly forceMultiple?: boolean;
}

export type ConversionResult =
  | { readonly status: 'queued'; readonly tracked: true; readonly reason: null }
  | { readonly status: ConversionMiss; readonly tracked: false; readonly reason: ConversionMiss };

export type ConversionMiss = 'deduplicated' | 'goal_not_found' | 'preview' | 'tracking_off';

export const conversionQueued = (): ConversionResult => ({ status: 'queued', tracked: true, reason: null });
export const conversionMissed = (reason: ConversionMiss): ConversionResult => ({
  status: reason,
  tracked: false,
  reason,
});

/**
 * Throws `ConvertError` `conversion_data_invalid` for a revenue that is no finite number and for data that is neither a
 * string nor a finite number.
 */
export function checkConversion({ revenue, conversionData }: ConversionOptions): void {
  if (revenue !== undefined && !Number.isFinite(revenue)) throw invalid('revenue', revenue, 'a finite number');
  for (const [name, value] of Object.entries(conversionData ?? {})) {
    if (typeof value !== 'string' && !Number.isFinite(value)) {
      throw invalid(`conversionData.${name}`, value, 'a string or a finite number');
    }
  }
}

function invalid(field: string, value: unknown, wanted: string): ConvertError {
  // No texts: they may be personal.
  const got = typeof value === 'number' || value === null ? value : typeof value;
  return new ConvertError('conversion_data_invalid', `${field} must be ${wanted}, got ${got}.`);
}
