import type { Metadata } from 'next';
import Link from 'next/link';
import { Landscape } from '@/app/art';
import { placedOrder } from '@/shop';

export const metadata: Metadata = { title: 'Thank you' };

export default async function CompletePage() {
  const order = await placedOrder();

  return (
    <section className="hero complete" data-tone="dawn" data-align="center">
      <Landscape />
      <div className="hero-copy">
        <p className="eyebrow">Order placed</p>
        <h1>See you out there</h1>
        <p className="hero-text">We pack it today and it leaves with the morning van.</p>
        {order !== null && (
          <p className="hero-text">
            Order <code data-testid="order-number">{order}</code>
          </p>
        )}
        <p className="hero-actions">
          <Link className="button" href="/">
            Back to the shop
          </Link>
        </p>
      </div>
    </section>
  );
}
