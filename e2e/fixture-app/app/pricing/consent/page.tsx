import Link from 'next/link';
import { Suspense } from 'react';
import { convert } from '@/convert';
import { PageOf } from '../../page-of';
import { ConsentChoice } from './consent-choice';

async function order(): Promise<string> {
  'use server';
  const { status } = await convert.trackConversion('purchase');
  return status;
}

export default function ConsentPage() {
  return (
    <>
      <PageOf experience="pricing-page" />
      <Suspense>
        <ConsentChoice order={order} />
      </Suspense>
      <Link href="/" prefetch={false}>
        Home
      </Link>
    </>
  );
}
