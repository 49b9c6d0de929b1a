import type { Consent, Payload } from '@convert-fullstack/core/bridge';

/** What a visitor can say when asked. */
export type Answer = Exclude<Consent, 'pending'>;

/** Without a payload nobody knows, and nothing may be done. */
export function consentOf(payload: Payload | null): Consent {
  return payload ? (payload.consent ?? 'granted') : 'pending';
}
