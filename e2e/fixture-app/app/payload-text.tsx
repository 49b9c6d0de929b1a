import { Suspense } from 'react';
import { convert } from '@/convert';

/** What the server decided for this request, to be read without a browser. */
export function PayloadText({ url }: { url?: string }) {
  return (
    <Suspense>
      <Text {...(url && { url })} />
    </Suspense>
  );
}

async function Text({ url }: { url?: string }) {
  const { visitorId, experiences } = await convert.payload(url ? { url } : {});
  const pairs = experiences.map(({ experienceKey, variationKey }) => `${experienceKey}=${variationKey}`);
  return <pre>{`decided for ${visitorId}: ${pairs.join(' ')};`}</pre>;
}
