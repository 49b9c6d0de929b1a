import { ConvertProvider } from '@convert-fullstack/react';
import { Experience, Variation } from '@convert-fullstack/react/experience';
import { PreviewBadge } from '@convert-fullstack/react/preview';
import { convert } from '@/convert';

/** Components in place of hooks: of the two variations, only the visitor's own is sent. */
export default async function Components() {
  return (
    <ConvertProvider payload={await convert.payload({ only: ['seasonal-badges'] })}>
      <Experience of={await convert.experience('seasonal-badges')}>
        <Variation name="no-badge">
          <section data-testid="badges" data-variation="no-badge">
            <h1>Tarn Tent</h1>
          </section>
        </Variation>
        <Variation name="badge">
          <section data-testid="badges" data-variation="badge">
            <h1>Tarn Tent</h1>
            <p>Made for this season</p>
          </section>
        </Variation>
      </Experience>
      <PreviewBadge />
    </ConvertProvider>
  );
}
