'use client';

import { useEffect } from 'react';
import { type Scope, visitorIn } from './scope.ts';
import type { Shown } from './session.ts';

const NOTHING: Shown = { experienceId: '', variationId: '' };

/** Reports, after commit, that the visitor is shown this variation. */
export function useExposure(scope: Scope, shown: Shown | null): void {
  const { session, isTracking } = scope;
  const visitorId = shown && isTracking ? visitorIn(scope) : null;
  const { experienceId, variationId } = shown ?? NOTHING;

  // By ids, not by object: a refreshed payload brings equal assignments in new objects.
  useEffect(() => {
    if (visitorId !== null) return session().expose(visitorId, { experienceId, variationId });
  }, [session, visitorId, experienceId, variationId]);
}
