import { ConvertProvider, type Payload } from '@convert-fullstack/react';
import { connection } from 'next/server';
import { convert } from '@/convert';
import { Shown } from '../../shown';

export const instant = false;

// What applications must not do: a visitor's decisions, kept where the next visitor finds them.
let kept: Promise<Payload> | undefined;

export default async function OneForAllPage() {
  await connection();
  kept ??= convert.payload({ only: ['pricing-page'] });
  return (
    <ConvertProvider payload={await kept}>
      <Shown of="pricing-page" />
    </ConvertProvider>
  );
}
