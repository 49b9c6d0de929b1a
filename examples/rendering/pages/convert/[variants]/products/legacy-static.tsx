import type { GetStaticPaths, GetStaticProps } from 'next';
import Link from 'next/link';
import { SeasonBadge } from '@/app/season-badge';
import { landing } from '@/convert';

export const getStaticPaths = (async () => {
  const pages = await landing.generateStaticParams();
  return { paths: pages.map((params) => ({ params })), fallback: 'blocking' };
}) satisfies GetStaticPaths;

export const getStaticProps = (async ({ params }) => {
  const decided = await landing.decided(String(params?.variants));
  return { props: { staticPayload: decided.payload(), renderedAt: Date.now() }, revalidate: 300 };
}) satisfies GetStaticProps;

/** The Pages Router, rendered ahead of time: what visitors see at /products/legacy-static. */
export default function LegacyStatic({ renderedAt }: { renderedAt: number }) {
  return (
    <>
      <SeasonBadge />
      <Link href="/products/legacy">Dynamic</Link>
      <time>{renderedAt}</time>
    </>
  );
}
