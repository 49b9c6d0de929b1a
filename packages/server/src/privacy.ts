import type { Privacy, PrivacyScope } from '@convert-fullstack/core';
import { countryOf } from './request-attributes.ts';

/** What the request's privacy signals amount to; `unknown`: there is one, and the project's settings are not known yet. */
export type PrivacySignal = 'none' | 'denied' | 'unknown';

const EU = new Set([
  ...'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(' '),
  // Parts of Finland and France that have codes of their own.
  ...'AX GF GP MF MQ RE YT'.split(' '),
]);
const EEA_ONLY = new Set(['IS', 'LI', 'NO']);

/** Global Privacy Control and Do Not Track, as far as the project's settings want them honoured. */
export function privacySignal(headers: Headers, privacy: Privacy | null | undefined): PrivacySignal {
  const globalPrivacyControl = headers.get('sec-gpc') === '1';
  const doNotTrack = headers.get('dnt') === '1';
  if (!globalPrivacyControl && !doNotTrack) return 'none';
  if (!privacy) return 'unknown';
  const country = countryOf(headers);
  const isDenied =
    (globalPrivacyControl && isWithin(country, privacy.globalPrivacyControl)) ||
    (doNotTrack && isWithin(country, privacy.doNotTrack));
  return isDenied ? 'denied' : 'none';
}

/** An unknown country counts as inside: the doubt is the visitor's. */
function isWithin(country: string | null, scope: PrivacyScope): boolean {
  if (scope === 'OFF') return false;
  if (scope === 'Worldwide' || country === null) return true;
  return EU.has(country) || (scope === 'EEA ONLY' && EEA_ONLY.has(country));
}
