'use client';

import { useSyncExternalStore } from 'react';

/** `false` on a server, and while React takes over what a server has rendered. */
export function useIsBrowser(): boolean {
  return useSyncExternalStore(
    neverChanges,
    () => true,
    () => false,
  );
}

export const neverChanges = () => () => {};
