import { ConvertProvider } from '@convert-fullstack/react';
import { PreviewBadge } from '@convert-fullstack/react/preview';
import { SeasonBadge } from '@/app/season-badge';
import { convert } from '@/convert';

export const runtime = 'edge';

export default async function TarnTent() {
  return (
    <ConvertProvider payload={await convert.payload({ only: ['seasonal-badges'] })}>
      <SeasonBadge />
      <PreviewBadge />
    </ConvertProvider>
  );
}
