import Link from 'next/link';

export default function LinksPage() {
  return (
    <nav>
      <Link href="/pricing/target">default</Link>
      <Link href="/products/target" prefetch={true}>
        true
      </Link>
      <Link href="/cart" prefetch={false}>
        false
      </Link>
    </nav>
  );
}
