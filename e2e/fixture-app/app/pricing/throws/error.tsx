'use client';

/** The error boundary that Next.js puts around the pages below. */
export default function Failed({ reset }: { reset: () => void }) {
  return (
    <button type="button" data-testid="retry" onClick={reset}>
      Retry
    </button>
  );
}
