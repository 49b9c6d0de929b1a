'use client';

import type { Consent } from '@convert-fullstack/core/bridge';
import { type Answer, consentOf } from './consent.ts';
import { payloadsIn, useScope, useStable } from './scope.ts';

export type SetConsent = (consent: Answer) => Promise<void>;

/**
 * What the visitor allows, and a function that takes an answer; its identity never changes. Store the answer where the
 * server's `consent` option finds it before calling it with `'granted'`. What is on the page does not change; await it
 * before the page is reloaded or left, or the server may not know yet which id to keep.
 *
 * @example
 * const [consent, setConsent] = useConsent();
 * if (consent !== 'pending') return null;
 * return <button onClick={() => { document.cookie = 'consent=yes; path=/'; setConsent('granted'); }}>Accept</button>;
 */
export function useConsent(): readonly [Consent, SetConsent] {
  const scope = useScope('useConsent()');
  const [payload = null] = payloadsIn(scope);

  const setConsent = useStable((to: Answer) => {
    scope.setAnswer(to);
    return scope.session.answer(to, payload);
  });
  return [scope.answer ?? consentOf(payload), setConsent];
}
