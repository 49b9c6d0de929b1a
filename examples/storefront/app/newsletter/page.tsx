import type { Metadata } from 'next';
import Link from 'next/link';

export const metadata: Metadata = { title: 'Trail notes' };

export default function NewsletterPage() {
  return (
    <section className="cart">
      <h1>You are on the list</h1>
      <p className="empty">
        Trail notes leave on Fridays. <Link href="/">Back to the shop</Link>
      </p>
    </section>
  );
}
