'use client';

import { useConsent } from '@convert-fullstack/react';
import { useState } from 'react';

/** Asks the visitor, and places an order whose conversion the server tracks. */
export function ConsentChoice({ order }: { order: () => Promise<string> }) {
  const [consent, setConsent] = useConsent();
  const [status, setStatus] = useState('');

  async function choose(answer: 'granted' | 'denied') {
    // Where the option `consent` in convert.ts finds it.
    await cookieStore.set('consent', answer);
    await setConsent(answer);
  }

  async function grantAndReload() {
    await choose('granted');
    location.reload();
  }

  return (
    <>
      <p data-testid="consent">{consent}</p>
      <button type="button" data-testid="grant" onClick={() => choose('granted')}>
        Take part
      </button>
      <button type="button" data-testid="grant-and-reload" onClick={grantAndReload}>
        Take part, on a new page
      </button>
      <button type="button" data-testid="deny" onClick={() => choose('denied')}>
        Leave
      </button>
      <button type="button" data-testid="order" onClick={async () => setStatus(await order())}>
        Order
      </button>
      <p data-testid="order-status">{status}</p>
    </>
  );
}
