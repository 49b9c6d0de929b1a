'use client';

import { type ReactNode, useEffect, useState, useSyncExternalStore } from 'react';
import { Exposure } from '../experience.tsx';
import { useScope, visitorIn } from '../scope.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { hasThrown, keepThrown } from './thrown.ts';
import type { Assigned } from './variation.ts';

export interface GuardedProps {
  readonly of: Assigned;
  readonly exposure?: 'commit' | 'visible' | undefined;
  /**
   * What to do when the children throw: show the original, or ask the server for it where it has not come along. Absent:
   * they are the original, and the error goes on.
   */
  readonly instead?: { readonly original: ReactNode } | 'reload' | undefined;
  readonly onError?: ((error: unknown, assignment: Assigned) => void) | undefined;
  readonly children: ReactNode;
}

/** One variation that is exposed while it works. */
export function Guarded({ of, exposure = 'commit', instead, onError, children }: GuardedProps): ReactNode {
  const { experienceId, variationId } = of;
  const scope = useScope('<Experience>');
  const visitor = visitorIn(scope);
  const pair = `${experienceId}.${variationId}`;
  // Not while hydrating: what the server has sent is taken over first.
  const isKept = useSyncExternalStore(
    hearNothing,
    () => hasThrown(pair),
    () => false,
  );
  const original = typeof instead === 'object' ? instead : null;

  function onThrow(error: unknown): boolean {
    if (visitor) scope.session.count(visitor.key, { type: 'error', experienceId, variationId });
    onError?.(error, of);
    const isNews = instead !== undefined && visitor?.consent === 'granted' && keepThrown(pair);
    if (isNews && instead === 'reload') location.reload();
    return original !== null || isNews;
  }

  return (
    <ErrorBoundary
      fallback={original?.original}
      isBroken={original !== null && visitor !== null && isKept}
      onThrow={onThrow}
    >
      {children}
      <OnceCommitted>
        <Exposure of={of} when={exposure} />
      </OnceCommitted>
    </ErrorBoundary>
  );
}

/** With the second commit: a variation that throws in an effect of the first one is gone by then. */
function OnceCommitted({ children }: { readonly children: ReactNode }): ReactNode {
  const [isCommitted, setCommitted] = useState(false);
  useEffect(() => setCommitted(true), []);
  return isCommitted && children;
}

// Nobody tells when a cookie changes; it is looked at with every render.
const hearNothing = () => () => {};
