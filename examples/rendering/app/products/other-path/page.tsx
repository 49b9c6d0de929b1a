import { ConvertProvider } from '@convert-fullstack/react';
import { SeasonBadge } from '@/app/season-badge';
import { convert } from '@/convert';

/** Its relay is in `app/shop/[...convert]`: no list of trackers knows that path. */
export default async function OtherPath() {
  return (
    <ConvertProvider payload={await convert.payload({ only: ['seasonal-badges'] })} endpoint="/shop">
      <SeasonBadge />
    </ConvertProvider>
  );
}
