import { ConvertProvider } from '@convert-fullstack/react';
import { Suspense } from 'react';
import { convert } from '@/convert';
import { countWhileServing } from './naive/count-while-serving';
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
  const payload = await convert.payload({ only: [experience] });
  await countWhileServing(payload);
  return (
    <ConvertProvider payload={payload}>
      <Shown of={experience} />
    </ConvertProvider>
  );
}
