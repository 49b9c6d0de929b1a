'use client';

/** What no page may do: it renders something else in the browser than on the server. */
export function Mismatch() {
  return <p data-testid="mismatch">{typeof window}</p>;
}
