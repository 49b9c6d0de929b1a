'use client';

import type { Payload } from '@convert-fullstack/core/bridge';
import { type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import type { Answer } from './consent.ts';
import { createDelivery } from './delivery.ts';
import { readable, type Scope, ScopeContext } from './scope.ts';
import { openSession } from './session.ts';

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
  const ownSession = useMemo(() => openSession((onConsent) => createDelivery(endpoint, onConsent)), [endpoint]);
  const [answer, setAnswer] = useState<Answer | null>(null);
  const isTracking = tracking === 'on' && outer?.isTracking !== false;
  const scope = useMemo<Scope>(
    () => ({ session: ownSession, answer, setAnswer, ...outer, payload, outer, isTracking }),
    [ownSession, answer, payload, outer, isTracking],
  );
  const { session } = scope;

  useEffect(() => {
    const heed = (arrived: Payload) => {
      if (readable(arrived) && isTracking) session.heed(arrived);
    };
    // Hooks turn a failed payload into misses; this is where it is heard of.
    if ('then' in payload) payload.then(heed, console.error);
    else heed(payload);
    if (session !== ownSession) return;
    if (!isTracking) session.drop();
    return session.attach();
  }, [payload, session, ownSession, isTracking]);

  return <ScopeContext.Provider value={scope}>{children}</ScopeContext.Provider>;
}
