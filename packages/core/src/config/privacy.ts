import { isObject } from './wire-config.ts';

/** Whose browsers a privacy signal is honoured for. */
export type PrivacyScope = 'OFF' | 'EU ONLY' | 'EEA ONLY' | 'Worldwide';

/** Which privacy signals the project wants honoured, and whose. Core itself enforces none: it never sees a request. */
export interface Privacy {
  /** `Sec-GPC: 1` */
  readonly globalPrivacyControl: PrivacyScope;
  /** `DNT: 1` */
  readonly doNotTrack: PrivacyScope;
}

const SCOPES: readonly PrivacyScope[] = ['OFF', 'EU ONLY', 'EEA ONLY', 'Worldwide'];

/** Reads `project.settings`; what is missing or unknown is off. */
export function privacyOf(settings: unknown): Privacy {
  const { global_privacy_control, do_not_track } = isObject(settings) ? settings : {};
  return Object.freeze({ globalPrivacyControl: scopeOf(global_privacy_control), doNotTrack: scopeOf(do_not_track) });
}

function scopeOf(value: unknown): PrivacyScope {
  const wanted = typeof value === 'string' ? value.trim().toLowerCase() : '';
  return SCOPES.find((scope) => scope.toLowerCase() === wanted) ?? 'OFF';
}
