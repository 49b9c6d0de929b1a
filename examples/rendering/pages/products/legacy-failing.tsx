import { Experience, Variation } from '@convert-fullstack/react/experience';
import type { GetServerSideProps } from 'next';
import { Suspense } from 'react';
import { convert } from '@/convert';

export const getServerSideProps = (async ({ req, resolvedUrl }) => ({
  props: { payload: await convert.payload({ headers: req.headers, url: resolvedUrl, only: ['seasonal-badges'] }) },
})) satisfies GetServerSideProps;

/** The Pages Router: where the variation throws on the server, the fallback is the original. Without it there is an error page. */
export default function LegacyFailing() {
  return (
    <Suspense fallback={<Original />}>
      <Experience of="seasonal-badges">
        <Variation name="no-badge">
          <Original />
        </Variation>
        <Variation name="badge">
          <Broken />
        </Variation>
      </Experience>
    </Suspense>
  );
}

function Original() {
  return (
    <h1 data-testid="badges" data-variation="no-badge">
      Tarn Tent
    </h1>
  );
}

function Broken(): never {
  throw new Error('This variation throws.');
}
