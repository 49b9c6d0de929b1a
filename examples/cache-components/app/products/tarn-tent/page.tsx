import { ConvertProvider } from '@convert-fullstack/react';
import { PreviewBadge } from '@convert-fullstack/react/preview';
import { Suspense } from 'react';
import { SeasonBadge } from '@/app/season-badge';
import { convert } from '@/convert';
import { Packing } from './packing';

/** A static shell: the visitor's variation is streamed into it. */
export default function TarnTent() {
  return (
    <ConvertProvider payload={convert.payload({ only: ['seasonal-badges'] })}>
      <p>Two people, three seasons.</p>
      <Suspense fallback={<h1>Tarn Tent</h1>}>
        <SeasonBadge />
      </Suspense>
      <Suspense>
        <OwnPacking />
      </Suspense>
      <Suspense>
        <PreviewBadge />
      </Suspense>
    </ConvertProvider>
  );
}

/** Asks who is looking, so that what is cached below does not have to. */
async function OwnPacking() {
  const badges = await convert.experience('seasonal-badges');
  return <Packing isSeasonal={badges?.variationKey === 'badge'} />;
}
