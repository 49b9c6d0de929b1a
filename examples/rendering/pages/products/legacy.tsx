import type { GetServerSideProps } from 'next';
import Link from 'next/link';
import { SeasonBadge } from '@/app/season-badge';
import { convert } from '@/convert';

export const getServerSideProps = (async ({ req, resolvedUrl }) => ({
  props: { payload: await convert.payload({ headers: req.headers, url: resolvedUrl, only: ['seasonal-badges'] }) },
})) satisfies GetServerSideProps;

/** The Pages Router, rendered for every request. */
export default function Legacy() {
  return (
    <>
      <SeasonBadge />
      <Link href="/products/legacy-static">Static</Link>
    </>
  );
}
