'use client';

import { useEffect } from 'react';
import { type Exposed, MISTAKE_COOKIE } from './mistake';

/** Counts the way that the visitor's cookie says. `element`: where the experience is, for those that look at what is in view. */
export function useNaiveTracker(mistake: string | null, exposed: Exposed | null, element?: Element | null): void {
  const { experienceId = '', variationId = '' } = exposed ?? {};
  if (mistake === 'while-rendering' && exposed) report({ experienceId, variationId });

  useEffect(() => {
    if (experienceId === '') return;
    const count = () => report({ experienceId, variationId });
    if (mistake === 'on-every-mount') count();
    if (mistake === 'on-every-return') return countNowAndOnReturn(count);
    if (mistake === 'on-every-sight' && element) return countInView(element, 0, count);
    if (mistake === 'at-half-sight' && element) return countInView(element, 0.5, count);
  }, [mistake, experienceId, variationId, element]);
}

function countNowAndOnReturn(count: () => void): () => void {
  count();
  const countAgain = () => document.hidden || count();
  document.addEventListener('visibilitychange', countAgain);
  return () => document.removeEventListener('visibilitychange', countAgain);
}

function countInView(element: Element, threshold: number, count: () => void): () => void {
  const observer = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && count(), {
    threshold,
  });
  observer.observe(element);
  return () => observer.disconnect();
}

/** `null`: the library counts. So it does on the server too, where its effects never run. */
export function mistakeOfVisitor(): string | null {
  if (typeof document === 'undefined') return null;
  return new RegExp(`(?:^|; )${MISTAKE_COOKIE}=([^;]*)`).exec(document.cookie)?.[1] ?? null;
}

function report(exposed: Exposed): void {
  void fetch('/api/naive', { method: 'POST', keepalive: true, body: JSON.stringify(exposed) });
}
