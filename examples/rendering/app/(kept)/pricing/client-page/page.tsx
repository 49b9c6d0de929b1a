'use client';

import { ConvertPage } from '@convert-fullstack/react/navigation';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { Plans } from '../plans';

/** No server renders it on soft navigation: the relay decides for its address. */
export default function ClientPage() {
  return (
    <>
      {/* Null only in `pages`, which this application has as well. */}
      <ConvertPage url={usePathname() ?? '/'} timeoutMs={3_000}>
        <Plans />
      </ConvertPage>
      <Link href="/navigation">Back</Link>
    </>
  );
}
