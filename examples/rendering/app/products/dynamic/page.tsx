import { ConvertProvider } from '@convert-fullstack/react';
import { PreviewBadge } from '@convert-fullstack/react/preview';
import { SeasonBadge } from '@/app/season-badge';
import { convert } from '@/convert';

/** Rendered for every request: the variation is in the first HTML. */
export default async function Dynamic() {
  return (
    <ConvertProvider payload={await convert.payload({ only: ['seasonal-badges'] })}>
      <SeasonBadge />
      <PreviewBadge />
    </ConvertProvider>
  );
}
