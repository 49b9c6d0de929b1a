import { ConvertProvider } from '@convert-fullstack/react';
import { PreviewBadge } from '@convert-fullstack/react/preview';
import type { Metadata } from 'next';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { convert } from '@/convert';
import { readCart } from '@/shop';
import { FernMark } from './art';
import { ExperimentsChoice } from './experiments-choice';
import './globals.css';
import { NewsletterForm } from './newsletter-form';

export const metadata: Metadata = {
  title: { default: 'Fernhollow Outfitters', template: '%s · Fernhollow' },
  description: 'Gear for the long way round. A sample store that runs A/B tests on Next.js.',
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const cart = await readCart();

  return (
    <html lang="en" data-scroll-behavior="smooth">
      <body>
        {/* Only what holds on every page: Next keeps a layout on client navigation, so a page with its own
            experiments brings its own payload, as app/page.tsx does. */}
        <ConvertProvider payload={await convert.payload({ only: ['search-suggest'] })}>
          <a className="skip" href="#content">
            Skip to content
          </a>
          <header className="site-header">
            <Link className="brand" href="/">
              <FernMark /> Fernhollow
            </Link>
            <nav aria-label="Main">
              <Link href="/#range">Shop</Link>
              <Link href="/pricing">Membership</Link>
              <Link href="/cart">Cart {cart.length > 0 && <span className="count">{cart.length}</span>}</Link>
            </nav>
          </header>
          <main id="content">{children}</main>
          <footer className="site-footer">
            <p className="brand">
              <FernMark /> Fernhollow
            </p>
            <p>An invented shop. Nothing is for sale, and every page is an experiment.</p>
            <NewsletterForm />
            <ExperimentsChoice />
          </footer>
          <PreviewBadge />
        </ConvertProvider>
      </body>
    </html>
  );
}
