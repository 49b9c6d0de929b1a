import { ConvertProvider, Exposure } from '@convert-fullstack/react';
import { PreviewBadge } from '@convert-fullstack/react/preview';
import { convert } from '@/convert';
import { AddToCart } from './add-to-cart';
import { addToCart } from './add-to-cart-action';

/** The action behind the button decides and counts for the visitor who is looking at this page. */
export default async function Actions() {
  const badges = await convert.experience('seasonal-badges');
  const badge = await convert.feature('season-badge');
  return (
    <ConvertProvider payload={await convert.payload({ only: ['seasonal-badges'] })}>
      <Exposure of={badges} />
      <section data-testid="badges" data-variation={badges?.variationKey ?? 'no-badge'}>
        <h1>Tarn Tent</h1>
        {badge && <p>{badge.variables.label}</p>}
        <AddToCart action={addToCart} />
      </section>
      <PreviewBadge />
    </ConvertProvider>
  );
}
