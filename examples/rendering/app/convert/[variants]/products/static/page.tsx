import { PreviewBadge } from '@convert-fullstack/react/preview';
import { ConvertStaticProvider } from '@convert-fullstack/react/static';
import type { Metadata } from 'next';
import Link from 'next/link';
import { ConsentBar } from '@/app/consent-bar';
import { SeasonBadge } from '@/app/season-badge';
import { landing } from '@/convert';

interface Props {
  readonly params: Promise<{ readonly variants: string }>;
}

export const generateStaticParams = landing.generateStaticParams;
export const revalidate = 300;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const decided = await landing.decided((await params).variants);
  const badge = decided.feature('season-badge');
  return {
    title: badge ? `Tarn Tent, ${badge.variables.label}` : 'Tarn Tent',
    alternates: { canonical: '/products/static' },
  };
}

/** Rendered ahead of time, once for each variation: the proxy leads each visitor to their own. */
export default async function Static({ params }: Props) {
  const decided = await landing.decided((await params).variants);
  return (
    <ConvertStaticProvider payload={decided.payload()}>
      <ConsentBar />
      <SeasonBadge />
      <PreviewBadge />
      <Link href="/products/dynamic">Dynamic</Link>
    </ConvertStaticProvider>
  );
}
