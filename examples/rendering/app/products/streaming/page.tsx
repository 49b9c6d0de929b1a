import { ConvertProvider } from '@convert-fullstack/react';
import { PreviewBadge } from '@convert-fullstack/react/preview';
import { Suspense } from 'react';
import { SeasonBadge } from '@/app/season-badge';
import { convert } from '@/convert';

/** The provider gets a promise: only what reads it waits, and follows in the same answer. */
export default function Streaming() {
  return (
    <ConvertProvider payload={convert.payload({ only: ['seasonal-badges'] })}>
      <p>Two people, three seasons.</p>
      <Suspense fallback={<h1>Tarn Tent</h1>}>
        <SeasonBadge />
      </Suspense>
      <Suspense>
        <PreviewBadge />
      </Suspense>
    </ConvertProvider>
  );
}
