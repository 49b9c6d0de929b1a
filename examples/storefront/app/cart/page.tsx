import { Exposure, type FeatureVariables } from '@convert-fullstack/react';
import type { Metadata } from 'next';
import Link from 'next/link';
import { redirect } from 'next/navigation';
import { convert } from '@/convert';
import { euro, keepOrder, orderNumber, readCart, writeCart } from '@/shop';
import { ProductArt } from '../art';
import { DemoNote } from '../demo-note';

export const metadata: Metadata = { title: 'Cart' };

const ORIGINAL: FeatureVariables<'shipping-bar'> = {
  threshold: 100,
  message: 'Free delivery from 100',
  is_sticky: false,
};

async function checkout() {
  'use server';
  const cart = await readCart();
  if (cart.length === 0) redirect('/cart');

  const order = await orderNumber();
  await convert.trackConversion('purchase', {
    revenue: totalOf(cart),
    conversionData: { transactionId: order, productsCount: cart.length },
    forceMultiple: true, // a second order by the same visitor is revenue too
  });
  await keepOrder(order);
  await writeCart([]);
  redirect('/checkout/complete');
}

export default async function CartPage() {
  const cart = await readCart();
  const experience = await convert.experience('shipping-threshold');
  const bar = { ...ORIGINAL, ...(await convert.feature('shipping-bar'))?.variables };

  const total = totalOf(cart);
  const missing = Math.max(0, bar.threshold - total);
  const delivery = missing > 0 ? 6 : 0;

  return (
    <section className="cart">
      <Exposure of={experience} />
      <h1>Your cart</h1>
      <div
        className="shipping-bar"
        data-testid="shipping-bar"
        data-variation={experience?.variationKey ?? 'none'}
        data-sticky={bar.is_sticky}
      >
        <p>
          <b>{bar.message}</b> <span>{missing > 0 ? `${euro(missing)} to go` : 'Delivery is on us'}</span>
        </p>
        <progress value={Math.min(total, bar.threshold)} max={bar.threshold} aria-label={bar.message} />
      </div>
      {cart.length === 0 ? (
        <p className="empty">
          Nothing packed yet. <Link href="/#range">Look at the range</Link>
        </p>
      ) : (
        <form action={checkout}>
          <ul className="lines">
            {cart.map((product, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the same product may be in the cart twice
              <li key={index}>
                <ProductArt slug={product.slug} />
                <Link href={`/products/${product.slug}`}>{product.name}</Link>
                <span>{product.kind}</span>
                <b>{euro(product.price)}</b>
              </li>
            ))}
          </ul>
          <p className="total">
            Delivery <span>{delivery === 0 ? 'Free' : euro(delivery)}</span>
          </p>
          <p className="total">
            Total <b>{euro(total + delivery)}</b>
          </p>
          <button className="button" type="submit" data-testid="checkout">
            Place the order
          </button>
        </form>
      )}
      <DemoNote seeing={experience?.variationKey} />
    </section>
  );
}

const totalOf = (cart: readonly { readonly price: number }[]) => cart.reduce((sum, product) => sum + product.price, 0);
