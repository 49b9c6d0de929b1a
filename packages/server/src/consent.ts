import type { Consent, Privacy } from '@convert-fullstack/core';
import { privacySignal } from './privacy.ts';
import type { RequestSource, VisitorOptions } from './visitor-options.ts';

export interface RequestConsent {
  readonly consent: Consent;
  /** Pending only until the project's privacy settings are known: until then nothing is decided. */
  readonly isProvisional: boolean;
}

/** What the visitor of a request allows: privacy signals first, as the project's settings say, then the application. */
export function consentOf(
  source: RequestSource,
  privacy: Privacy | null | undefined,
  { consent: ask }: Pick<VisitorOptions, 'consent'>,
): RequestConsent {
  const signal = privacySignal(source.headers, privacy);
  if (signal === 'denied') return { consent: 'denied', isProvisional: false };
  const answer = ask === undefined ? 'granted' : checked(ask(source));
  if (signal === 'unknown' && answer !== 'denied') return { consent: 'pending', isProvisional: true };
  return { consent: answer, isProvisional: false };
}

/** The application reads its answer from a cookie or a session: whatever is no answer means that there is none. */
function checked(answer: unknown): Consent {
  return answer === 'granted' || answer === 'denied' ? answer : 'pending';
}
