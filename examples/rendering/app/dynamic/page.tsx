import { ConvertProvider } from '@convert-fullstack/react';
import { PreviewBadge } from '@convert-fullstack/react/preview';
import { convert } from '@/convert';
import { SeasonBadge } from '../season-badge';

/** Rendered for every request: the variation is in the first HTML. */
export default async function Dynamic() {
  return (
    <ConvertProvider payload={await convert.payload({ only: ['seasonal-badges'] })}>
      <SeasonBadge />
      <PreviewBadge />
    </ConvertProvider>
  );
}
