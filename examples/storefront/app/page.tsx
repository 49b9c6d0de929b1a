import { ConvertProvider } from '@convert-fullstack/react';
import Link from 'next/link';
import { convert } from '@/convert';
import { euro, products } from '@/shop';
import { Landscape, ProductArt } from './art';
import { DemoNote } from './demo-note';
import { Hero } from './hero';
import { Range } from './range';

export default async function HomePage() {
  const hero = await convert.experience('home-hero');

  return (
    <ConvertProvider payload={await convert.payload({ only: ['home-hero'] })}>
      <Hero>
        <Landscape />
      </Hero>
      <Range
        items={products.map((product) => ({
          name: product.name,
          kind: product.kind,
          card: (
            <Link className="card" href={`/products/${product.slug}`}>
              <ProductArt slug={product.slug} />
              <span className="card-name">{product.name}</span>
              <span className="card-price">{euro(product.price)}</span>
              <span className="card-kind">{product.kind}</span>
            </Link>
          ),
        }))}
      />
      <DemoNote seeing={hero?.variationKey} />
    </ConvertProvider>
  );
}
