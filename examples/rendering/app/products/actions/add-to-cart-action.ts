'use server';

import { convert } from '@/convert';

/** Says what is in the cart now, as this visitor knows it. */
export async function addToCart(): Promise<string> {
  const badge = await convert.feature('season-badge');
  await convert.trackConversion('add-to-cart');
  return badge ? `Tarn Tent, ${badge.variables.label}` : 'Tarn Tent';
}
