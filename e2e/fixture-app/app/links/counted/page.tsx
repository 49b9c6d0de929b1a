import Link from 'next/link';

export default function LinkToWhatCountsPage() {
  return (
    <Link href="/pricing/counts-while-rendering" prefetch={true}>
      counts while rendering
    </Link>
  );
}
