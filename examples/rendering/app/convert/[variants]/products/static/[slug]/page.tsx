import { Exposure } from '@convert-fullstack/react';
import { ConvertStaticProvider } from '@convert-fullstack/react/static';
import { notFound } from 'next/navigation';
import { AddToCart } from '@/app/products/actions/add-to-cart';
import { addToCart } from '@/app/products/actions/add-to-cart-action';
import { landing } from '@/convert';

interface Props {
  readonly params: Promise<{ readonly variants: string; readonly slug: string }>;
}

const TENTS = new Map([
  ['tarn', 'Tarn Tent'],
  ['ridge', 'Ridge Tent'],
]);

export const revalidate = 1;

export async function generateStaticParams() {
  const pages = await landing.generateStaticParams();
  return pages.flatMap((page) => [...TENTS.keys()].map((slug) => ({ ...page, slug })));
}

/** One page of each variation for every tent, rendered anew when it is a second old. */
export default async function Tent({ params }: Props) {
  const { variants, slug } = await params;
  const decided = await landing.decided(variants);
  const badges = decided.experience('seasonal-badges');
  const badge = decided.feature('season-badge');
  return (
    <ConvertStaticProvider payload={decided.payload()}>
      <Exposure of={badges} />
      <section data-testid="badges" data-variation={badges?.variationKey ?? 'no-badge'}>
        <h1>{TENTS.get(slug) ?? notFound()}</h1>
        {badge && <p>{badge.variables.label}</p>}
        <AddToCart action={addToCart} />
        <time>{new Date().toISOString()}</time>
      </section>
    </ConvertStaticProvider>
  );
}
