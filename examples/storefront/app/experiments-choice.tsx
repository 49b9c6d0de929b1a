'use client';

import { useConsent } from '@convert-fullstack/react';
import { EXPERIMENTS_COOKIE } from '@/experiments-cookie';

export function ExperimentsChoice() {
  const [consent, setConsent] = useConsent();
  const takesPart = consent === 'granted';

  async function choose() {
    // Where the option `consent` in convert.ts finds it.
    const value = takesPart ? 'no' : 'yes';
    await cookieStore.set({ name: EXPERIMENTS_COOKIE, value, expires: Date.now() + YEAR_MS });
    setConsent(takesPart ? 'denied' : 'granted');
  }

  return (
    <button
      className="button-plain"
      type="button"
      data-testid="experiments-choice"
      aria-pressed={takesPart}
      onClick={choose}
    >
      {takesPart ? 'Leave the experiments' : 'Take part in experiments'}
    </button>
  );
}

const YEAR_MS = 31_536_000_000;
