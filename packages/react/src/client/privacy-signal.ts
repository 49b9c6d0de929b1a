import type { Privacy } from '@convert-fullstack/core';

/** Whether a privacy signal of this browser counts as a denial. A browser knows no country, so any place that counts is here. */
export function isOptedOut({ globalPrivacyControl, doNotTrack }: Privacy): boolean {
  // Not in TypeScript's types of the DOM.
  const signals: Navigator & { readonly globalPrivacyControl?: boolean } = navigator;
  const saysGlobalPrivacyControl = signals.globalPrivacyControl === true;
  const saysDoNotTrack = signals.doNotTrack === '1';
  return (saysGlobalPrivacyControl && globalPrivacyControl !== 'OFF') || (saysDoNotTrack && doNotTrack !== 'OFF');
}
