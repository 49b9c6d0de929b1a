import { ConvertProvider } from '@convert-fullstack/react';
import { Suspense } from 'react';
import { convert } from '@/convert';
import { Shown } from './shown';

/** A page about one experience. */
export function PageOf({ experience }: { experience: string }) {
  return (
    <Suspense>
      <Decided experience={experience} />
    </Suspense>
  );
}

export async function Decided({ experience }: { experience: string }) {
  return (
    <ConvertProvider payload={await convert.payload({ only: [experience] })}>
      <Shown of={experience} />
    </ConvertProvider>
  );
}
