'use client';

import { ConvertClientProvider } from '@convert-fullstack/react/client';
import { PreviewBadge } from '@convert-fullstack/react/preview';
import { SeasonBadge } from '../season-badge';

interface ShopProps {
  readonly sdkKey: string;
  readonly transport: { readonly configUrl: string | undefined; readonly trackUrl: string | undefined };
}

/** The engine decides in the browser; until then the placeholder is shown, also without JavaScript. */
export function Shop({ sdkKey, transport }: ShopProps) {
  return (
    <ConvertClientProvider
      sdkKey={sdkKey}
      environment="production"
      transport={transport}
      timeoutMs={3_000}
      // What a router says; the experience is bound to the pages of products.
      url="/products/tarn-tent"
      placeholder={<h1>Tarn Tent</h1>}
    >
      <SeasonBadge />
      <PreviewBadge />
    </ConvertClientProvider>
  );
}
