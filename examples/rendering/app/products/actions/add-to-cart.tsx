'use client';

import { useActionState } from 'react';

/** Works before and without JavaScript. */
export function AddToCart({ action }: { action: () => Promise<string> }) {
  const [inCart, submit] = useActionState(action, null);
  return (
    <form action={submit}>
      <button type="submit">Add to cart</button>
      {inCart !== null && <output>{inCart}</output>}
    </form>
  );
}
