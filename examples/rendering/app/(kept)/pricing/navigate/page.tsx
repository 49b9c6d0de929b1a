import { ConvertProvider } from '@convert-fullstack/react';
import Link from 'next/link';
import { convert } from '@/convert';
import { Plans } from '../plans';

/** Brings its own payload: soft navigation asks the server for it with this page's address. */
export default async function ServerPage() {
  return (
    <ConvertProvider payload={await convert.payload({ only: ['pricing-page'] })}>
      <Plans />
      <Link href="/navigation">Back</Link>
    </ConvertProvider>
  );
}
