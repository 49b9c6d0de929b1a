'use client';

import { useTrackConversion } from '@convert-fullstack/react';

export function AddToCart({ action, price }: { action: () => Promise<void>; price: string }) {
  const trackConversion = useTrackConversion();

  return (
    <form action={action} onSubmit={() => trackConversion('add-to-cart')}>
      <button className="button" type="submit" data-testid="add-to-cart">
        Add to cart <span>{price}</span>
      </button>
    </form>
  );
}
