'use client';

import type { RelayTraits } from '@convert-fullstack/core/bridge';
import { explainTraits } from './explain.ts';
import { useScope, useStable, visitorIn } from './scope.ts';

/** Strings, finite numbers and booleans by name. */
export type Traits = RelayTraits['values'];

export interface CurrentVisitor {
  /** `null` while the browser does not know it: nobody is counted, or the cookie is HttpOnly. */
  readonly visitorId: string | null;
  /** What rules may ask about, from the next decision on. */
  readonly setAttributes: (values: Traits) => void;
  /** What reports are split by. */
  readonly setSegments: (values: Traits) => void;
}

/**
 * Who the visitor is, and functions that tell the server more about them; the identity of those never changes.
 *
 * @example
 * const { setAttributes } = useVisitor();
 * return <PlanPicker onPick={(plan) => setAttributes({ plan })} />;
 */
export function useVisitor(): CurrentVisitor {
  const scope = useScope('useVisitor()');
  const visitor = visitorIn(scope);
  const tell = (type: RelayTraits['type']) => (values: Traits) => {
    explainTraits(values);
    if (visitor) scope.session.count(visitor.key, { type, values });
  };
  return {
    visitorId: visitor?.id ?? null,
    setAttributes: useStable(tell('attributes')),
    setSegments: useStable(tell('segments')),
  };
}
