'use client';

/** Decides once on the server and once in the browser, and differently. */
export default function MismatchPage() {
  return <p data-testid="mismatch">{typeof window === 'undefined' ? 'original' : 'treatment'}</p>;
}
