import { ConvertProvider } from '@convert-fullstack/react';
import type { Metadata } from 'next';
import { notFound, redirect } from 'next/navigation';
import { ProductArt } from '@/app/art';
import { DemoNote } from '@/app/demo-note';
import { convert } from '@/convert';
import { euro, findProduct, readCart, writeCart } from '@/shop';
import { AddToCart } from './add-to-cart';
import { Gallery } from './gallery';

export async function generateMetadata({ params }: PageProps<'/products/[slug]'>): Promise<Metadata> {
  return { title: findProduct((await params).slug)?.name ?? 'Not found' };
}

export default async function ProductPage({ params }: PageProps<'/products/[slug]'>) {
  const product = findProduct((await params).slug) ?? notFound();
  const gallery = await convert.experience('product-gallery');

  async function addToCart() {
    'use server';
    await writeCart([...(await readCart()), product]);
    redirect('/cart');
  }

  return (
    <ConvertProvider payload={await convert.payload({ only: ['product-gallery', 'seasonal-badges'] })}>
      <article className="product">
        <Gallery
          name={product.name}
          shots={(['front', 'detail', 'outside'] as const).map((view) => (
            <ProductArt key={view} slug={product.slug} view={view} />
          ))}
        />
        <div className="product-copy">
          <p className="eyebrow">{product.kind}</p>
          <h1>{product.name}</h1>
          <p className="product-price">{euro(product.price)}</p>
          <p>{product.story}</p>
          <ul className="facts">
            {product.facts.map((fact) => (
              <li key={fact}>{fact}</li>
            ))}
          </ul>
          <AddToCart action={addToCart} price={euro(product.price)} />
          <p className="quiet">Sixty days to send it back, muddy or not.</p>
        </div>
      </article>
      <DemoNote seeing={gallery?.variationKey} />
    </ConvertProvider>
  );
}
