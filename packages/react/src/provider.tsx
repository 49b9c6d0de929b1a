'use client';

import type { Payload } from '@convert-fullstack/core/bridge';
import { type ReactNode, useContext, useEffect, useMemo } from 'react';
import { readable, type Scope, ScopeContext } from './scope.ts';
import { sessionOnFirstUse } from './session.ts';

export interface ConvertProviderProps {
  /** The visitor's decisions. A promise suspends the hooks that read it, not the provider. */
  readonly payload: Payload | Promise<Payload>;
  /** Path of the relay, without a slash at the end; `/api/convert` unless given. Read from the outermost provider. */
  readonly endpoint?: string;
  /** `'off'`: nothing is counted below this provider, and on the outermost one what waits for delivery is dropped. */
  readonly tracking?: 'on' | 'off';
  readonly children?: ReactNode;
}

/**
 * Hands one visitor's decisions to the tree below and delivers what the visitor saw and did.
 *
 * @example
 * <ConvertProvider payload={payload}>
 *   <App />
 * </ConvertProvider>
 */
export function ConvertProvider({
  payload,
  endpoint = '/api/convert',
  tracking = 'on',
  children,
}: ConvertProviderProps): ReactNode {
  const outer = useContext(ScopeContext);
  const ownSession = useMemo(() => sessionOnFirstUse(`${endpoint}/events`), [endpoint]);
  const session = outer?.session ?? ownSession;
  const isTracking = tracking === 'on' && outer?.isTracking !== false;
  const scope = useMemo<Scope>(() => {
    const [settled, pending] = 'then' in payload ? [null, payload] : [readable(payload), null];
    return { payload: settled, pending, outer, session, isTracking };
  }, [payload, outer, session, isTracking]);

  useEffect(() => {
    // Hooks turn a failed payload into misses; this is where it is heard of.
    if ('then' in payload) payload.then(() => {}, console.error);
    if (session === ownSession) return session().attach(isTracking);
  }, [payload, ownSession, session, isTracking]);

  return <ScopeContext value={scope}>{children}</ScopeContext>;
}
