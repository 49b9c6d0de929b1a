'use client';

import { useConsent } from '@convert-fullstack/react';

/** Asks whoever has not answered yet; nothing is kept or counted before. */
export function ConsentBar() {
  const [consent, setConsent] = useConsent();
  if (consent !== 'pending') return null;

  function accept() {
    // Where the option `consent` in convert.ts finds it.
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser
    document.cookie = 'consent=granted; path=/; max-age=31536000; samesite=lax';
    setConsent('granted');
  }

  return (
    <button type="button" onClick={accept}>
      Accept
    </button>
  );
}
