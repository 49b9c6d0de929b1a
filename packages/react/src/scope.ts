'use client';

import { ConvertError, type Payload } from '@convert-fullstack/core/bridge';
import { createContext, use, useContext } from 'react';
import type { Session } from './session.ts';

/** What a provider hands down; `outer` leads to the providers around it. */
export interface Scope {
  /** `null` while it is pending, and when it is not one that this version reads. */
  readonly payload: Payload | null;
  readonly pending: Promise<Payload> | null;
  readonly outer: Scope | null;
  readonly session: () => Session;
  readonly isTracking: boolean;
}

export const ScopeContext = createContext<Scope | null>(null);

export function useScope(caller: string, key?: string): Scope {
  const scope = useContext(ScopeContext);
  if (scope) return scope;
  const named = key === undefined ? caller : `${caller}("${key}")`;
  throw new ConvertError('provider_missing', `${named} needs a <ConvertProvider> above it.`);
}

/** The first answer among the payloads in scope, inner before outer. An outer promise is waited for only when asked. */
export function firstIn<Found>(
  scope: Scope,
  key: string,
  look: (payload: Payload, key: string) => Found | null,
): Found | null {
  for (let at: Scope | null = scope; at; at = at.outer) {
    const payload = readPayload(at);
    // No visitor id, no decisions: an outer payload from before the visitor withdrew must not answer instead.
    if (payload?.visitorId === null) return null;
    const found = payload && look(payload, key);
    if (found) return found;
  }
  return null;
}

/** Every payload in scope, inner before outer. */
export function payloadsIn(scope: Scope | null): Payload[] {
  if (scope === null) return [];
  const payload = readPayload(scope);
  const others = payloadsIn(scope.outer);
  return payload ? [payload, ...others] : others;
}

/** The visitor of the innermost payload, which is the most recent one; `null` when nothing of it counts. */
export function visitorIn(scope: Scope): string | null {
  for (let at: Scope | null = scope; at; at = at.outer) {
    const payload = readPayload(at);
    if (payload) return payload.preview ? null : payload.visitorId;
  }
  return null;
}

/** `null` when the payload failed to load or is not one that this version reads. */
function readPayload({ payload, pending }: Scope): Payload | null {
  if (pending === null) return payload;
  // React notes the outcome on the promise. use() would throw the error, and an experiment must not take the page down.
  if ('status' in pending && pending.status === 'rejected') return null;
  return readable(use(pending));
}

export const readable = (payload: Payload | undefined): Payload | null => (payload?.version === 1 ? payload : null);
