import Link from 'next/link';
import { PageOf } from './page-of';

export default function HomePage() {
  return (
    <>
      <PageOf experience="home-hero" />
      <Link href="/pricing/target" prefetch={false}>
        Pricing
      </Link>
    </>
  );
}
