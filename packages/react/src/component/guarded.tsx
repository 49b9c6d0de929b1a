'use client';

import { visitorOf } from '@convert-fullstack/core/bridge';
import { type ReactNode, useEffect, useState, useSyncExternalStore } from 'react';
import { AWAITED_VISITOR } from '../awaited-visitor.ts';
import { Exposure } from '../experience.tsx';
import { payloadsIn, useScope, useStable, visitorIn } from '../scope.ts';
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

/** In an object: anything can be thrown, `null` too. */
interface Unreported {
  readonly error: unknown;
  /** There is nothing to show instead: the error goes on. */
  readonly isHopeless: boolean;
}

/** One variation that is exposed while it works. */
export function Guarded({ of, exposure = 'commit', instead, onError, children }: GuardedProps): ReactNode {
  const { experienceId, variationId } = of;
  const scope = useScope('<Experience>');
  const visitor = visitorIn(scope);
  const [payload] = payloadsIn(scope);
  const isAwaited = payload !== undefined && visitorOf(payload) === AWAITED_VISITOR;
  const pair = `${experienceId}.${variationId}`;
  // Not while hydrating: what the server has sent is taken over first.
  const isKept = useSyncExternalStore(
    hearNothing,
    () => hasThrown(pair),
    () => false,
  );
  const original = typeof instead === 'object' ? instead : null;

  /** Tells whether there is something to show instead. */
  const report = useStable((): boolean => {
    if (visitor) scope.session.count(visitor.key, { type: 'error', experienceId, variationId });
    const isNews = instead !== undefined && visitor?.consent === 'granted' && keepThrown(pair);
    if (isNews && instead === 'reload') location.reload();
    return original !== null || isNews;
  });

  /** What was thrown before it was known to whom. */
  const [unreported, setUnreported] = useState<Unreported | null>(null);
  if (unreported?.isHopeless) throw unreported.error;
  useEffect(() => {
    if (unreported === null || isAwaited) return;
    setUnreported(report() ? null : { ...unreported, isHopeless: true });
  }, [unreported, isAwaited, report]);

  function onThrow(error: unknown): boolean {
    onError?.(error, of);
    if (!isAwaited) return report();
    setUnreported({ error, isHopeless: false });
    return true;
  }

  return (
    <ErrorBoundary
      fallback={original?.original}
      isBroken={original !== null && (visitor !== null || isAwaited) && isKept}
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
