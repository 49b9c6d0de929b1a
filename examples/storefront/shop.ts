import { cookies } from 'next/headers';

export const products: readonly Product[] = [
  {
    slug: 'drift-shell',
    name: 'Drift Shell',
    kind: 'Rain jacket',
    price: 189,
    story:
      'Three layers, taped by hand, with a hood that turns when you do. Reproof it once a year and it outlives the car.',
    facts: ['412 g', 'Recycled nylon', 'Sizes XS to XXL'],
  },
  {
    slug: 'ridge-28',
    name: 'Ridge 28',
    kind: 'Day pack',
    price: 145,
    story:
      'Two days of food, one night of sleep, and a back panel that lets the wind through. Every buckle can be replaced.',
    facts: ['980 g', '28 litres', 'Waxed canvas'],
  },
  {
    slug: 'tarn-tent',
    name: 'Tarn Two',
    kind: 'Shelter',
    price: 420,
    story: 'Up in four minutes with cold hands. Two doors, two porches, and no argument about who sleeps uphill.',
    facts: ['1.9 kg', 'Sleeps two', 'Four seasons'],
  },
  {
    slug: 'cairn-boot',
    name: 'Cairn Boot',
    kind: 'Walking boot',
    price: 210,
    story: 'One piece of leather, one seam, and a sole our cobbler has resoled nine times on the same pair.',
    facts: ['640 g each', 'Full-grain leather', 'Resoleable'],
  },
  {
    slug: 'ember-lantern',
    name: 'Ember Lantern',
    kind: 'Light',
    price: 48,
    story: 'A warm circle about as wide as a good conversation. Forty hours on low, and no blue in it at all.',
    facts: ['230 g', '180 lumens', 'USB-C'],
  },
  {
    slug: 'fell-mug',
    name: 'Fell Mug',
    kind: 'Camp kitchen',
    price: 24,
    story: 'Enamel over steel. It will chip on the first trip, and from then on it is yours.',
    facts: ['160 g', '350 ml', 'Enamelled steel'],
  },
];

interface Product {
  readonly slug: string;
  readonly name: string;
  readonly kind: string;
  readonly price: number;
  readonly story: string;
  readonly facts: readonly string[];
}

export const findProduct = (slug: string): Product | undefined => products.find((product) => product.slug === slug);

export const euro = (amount: number) => `€${Number.isInteger(amount) ? amount : amount.toFixed(2)}`;

/** The cart is a cookie: the number that its order will have, and slugs. Whatever else it says is ignored. */
export async function readCart(): Promise<Product[]> {
  return (await cartParts()).flatMap((slug) => findProduct(slug) ?? []).slice(0, 20);
}

/** For server actions. */
export async function writeCart(cart: readonly Product[]): Promise<void> {
  const number = cart.length > 0 ? [await orderNumber()] : [];
  const value = [...number, ...cart.map((product) => product.slug)].join('.');
  (await cookies()).set('cart', value, { httpOnly: true, sameSite: 'lax', path: '/', maxAge: 60 * 60 * 24 * 14 });
}

/** The number of the order that this cart becomes: the same when it is placed again by somebody who got no answer. */
export async function orderNumber(): Promise<string> {
  return (await cartParts()).find(isNumber) ?? crypto.randomUUID();
}

/** For server actions: the number of the order that was just placed, for the page that thanks for it. */
export async function keepOrder(number: string): Promise<void> {
  (await cookies()).set('order', number, { httpOnly: true, sameSite: 'lax', path: '/checkout' });
}

/** `null`: there is none, or it is no number of ours. */
export async function placedOrder(): Promise<string | null> {
  const number = (await cookies()).get('order')?.value ?? '';
  return isNumber(number) ? number : null;
}

async function cartParts(): Promise<string[]> {
  return (await cookies()).get('cart')?.value.split('.') ?? [];
}

const isNumber = (text: string) => /^[0-9a-f-]{36}$/.test(text);
