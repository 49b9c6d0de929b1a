'use client';

import { type Consent, ConvertError, type Payload, visitorOf } from '@convert-fullstack/core/bridge';
import { createContext, useContext, useInsertionEffect, useState } from 'react';
import { type Answer, consentOf } from './consent.ts';
import { readPromise } from './read-promise.ts';
import type { Session } from './session.ts';

/** What a provider hands down; `outer` leads to the providers around it. */
export interface Scope {
  readonly payload: Payload | Promise<Payload>;
  readonly outer: Scope | null;
  readonly session: Session;
  readonly isTracking: boolean;
  /** What the visitor answered in this page, for rendering; the session acts on it. */
  readonly answer: Answer | null;
  readonly setAnswer: (to: Answer) => void;
  /** Below what was rendered for nobody: the scope of then while React takes its HTML over, and this one afterwards. */
  readonly use?: () => Scope;
}

/** Somebody who may be counted. */
export interface Visitor {
  /** As `visitorOf(payload)`. */
  readonly key: string;
  /** `null` when the browser does not know it. */
  readonly id: string | null;
  readonly consent: Consent;
}

export const ScopeContext = createContext<Scope | null>(null);

export function useScope(caller: string): Scope {
  const scope = useContext(ScopeContext);
  // A hook: a place in the tree has it for ever, or never.
  if (scope) return scope.use?.() ?? scope;
  throw new ConvertError('provider_missing', `${caller} needs a <ConvertProvider> above.`);
}

/** A function for the app that never changes and always goes by the latest scope. */
export function useStable<Args extends readonly unknown[], Result>(
  run: (...args: Args) => Result,
): (...args: Args) => Result {
  const [stable] = useState(() => {
    const made = { run, call: (...args: Args) => made.run(...args) };
    return made;
  });
  // An insertion effect runs before every other effect of the commit, so none of them can call a stale version.
  useInsertionEffect(() => {
    stable.run = run;
  });
  return stable.call;
}

/** The first answer among the payloads in scope, inner before outer. An outer promise is waited for only when asked. */
export function firstIn<Found>(
  scope: Scope,
  key: string,
  look: (payload: Payload, key: string) => Found | undefined,
): Found | null {
  for (const payload of payloadsIn(scope)) {
    // No visitor, no decisions: an outer payload from before the visitor withdrew must not answer instead.
    if (visitorOf(payload) === null) return null;
    const found = look(payload, key);
    if (found) return found;
  }
  return null;
}

/** The payloads in scope, inner before outer. */
export function* payloadsIn(scope: Scope): Iterable<Payload> {
  for (let at: Scope | null = scope; at; at = at.outer) {
    const payload = readPayload(at);
    if (payload) yield payload;
  }
}

/** Who is counted below this provider; `null` when nobody is. */
export function visitorIn(scope: Scope): Visitor | null {
  // The innermost payload is the most recent one.
  const [payload] = payloadsIn(scope);
  if (!payload || payload.preview || !scope.isTracking) return null;
  const key = visitorOf(payload);
  const consent = scope.answer ?? consentOf(payload);
  return key === null || consent === 'denied' ? null : { key, id: payload.visitorId, consent };
}

/** `null` when the payload failed to load or is not one that this version reads. */
function readPayload({ payload }: Scope): Payload | null {
  // The outcome is noted on the promise. Reading it would throw the error, and an experiment must not take the page down.
  const hasFailed = 'status' in payload && payload.status === 'rejected';
  return readable('then' in payload ? (hasFailed ? null : readPromise(payload)) : payload);
}

export const readable = (payload: Payload | null | undefined): Payload | null =>
  payload?.version === 1 ? payload : null;
