import { type ConversionOptions, checkConversion } from '../bridge/conversion.ts';

export interface GoalDatum {
  readonly key: string;
  readonly value: string | number;
}

const WIRE_KEYS: Readonly<Record<string, string>> = {
  amount: 'amount',
  productsCount: 'productsCount',
  products_count: 'productsCount',
  items_count: 'productsCount',
  transactionId: 'transactionId',
  transaction_id: 'transactionId',
  customDimension1: 'customDimension1',
  customDimension2: 'customDimension2',
  customDimension3: 'customDimension3',
  customDimension4: 'customDimension4',
  customDimension5: 'customDimension5',
};

/**
 * Revenue and conversion data in wire form; keys the service does not know are left out and named to `dropped`. Throws as
 * `checkConversion` does.
 */
export function toGoalData(options: ConversionOptions, dropped: (key: string) => void): GoalDatum[] {
  checkConversion(options);
  const { revenue, conversionData = {} } = options;
  const goalData = new Map<string, string | number>();
  if (revenue !== undefined) goalData.set('amount', revenue);
  for (const [name, value] of Object.entries(conversionData)) {
    const key = Object.hasOwn(WIRE_KEYS, name) ? WIRE_KEYS[name] : undefined;
    if (key === undefined) dropped(name);
    else if (!goalData.has(key)) goalData.set(key, value);
  }
  return [...goalData].map(([key, value]) => ({ key, value }));
}
