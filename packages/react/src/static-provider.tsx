'use client';

import type { Assignment, PageVisitor, Payload, StaticPayload, VariationIds } from '@convert-fullstack/core/bridge';
import { type ReactNode, startTransition, useMemo, useState, useSyncExternalStore } from 'react';
import { AWAITED_VISITOR } from './awaited-visitor.ts';
import { findPageVisitor } from './page-visitor.ts';
import { ConvertProvider, type ConvertProviderProps } from './provider.tsx';
import { IS_REACT_18 } from './react-18.ts';
import { type Scope, ScopeContext, useScope } from './scope.ts';
import { useBrowserLayoutEffect } from './use-browser-layout-effect.ts';
import { neverChanges } from './use-is-browser.ts';

export interface ConvertStaticProviderProps extends Omit<ConvertProviderProps, 'payload'> {
  /** The decisions that the page was rendered with, for whoever gets it. */
  readonly payload: StaticPayload;
}

// Decides nothing and allows nothing, and asks nobody for consent: those who gave it must not see a banner flash up.
const UNKNOWN: PageVisitor = { visitorId: null, visitorRef: AWAITED_VISITOR, consent: 'denied' };
const NOBODY: Payload = { version: 1, visitorId: null, consent: 'pending', experiences: [], goals: [] };

// React 18 throws away the HTML of a `<Suspense>` that is not hydrated yet when what is above it changes at once.
const update = IS_REACT_18 ? startTransition : (change: () => void) => change();

/**
 * `ConvertProvider` for a page that is the same for everybody with the same variations: it shows them at once, finds out
 * after hydration who is looking, and only then counts.
 *
 * @example
 * <ConvertStaticProvider payload={decided.payload()}>
 *   <App />
 * </ConvertStaticProvider>
 */
export function ConvertStaticProvider({
  payload,
  endpoint = '/api/convert',
  tracking = 'on',
  children,
}: ConvertStaticProviderProps): ReactNode {
  const { variants } = payload;
  const [found, setFound] = useState<{ readonly variants: string; readonly visitor: PageVisitor } | null>(null);
  // Before anybody can click: what is done while nobody is known is not counted.
  useBrowserLayoutEffect(
    () => findPageVisitor(payload, endpoint, (visitor) => update(() => setFound({ variants, visitor }))),
    [payload, endpoint, variants],
  );

  const visitor = found?.variants === variants ? found.visitor : null;
  const shown = useMemo(() => shownTo(payload, visitor), [payload, visitor]);
  // Two of them: with tracking off, the outermost one would drop what the visitor's other pages have left to deliver.
  return (
    <ConvertProvider payload={visitor ? shown : NOBODY} endpoint={endpoint} tracking={tracking}>
      <ConvertProvider payload={shown} tracking={visitor ? 'on' : 'off'}>
        <AsRendered>{children}</AsRendered>
      </ConvertProvider>
    </ConvertProvider>
  );
}

/** React takes over the HTML of a `<Suspense>` later than what is around it: its visitor is known then, but not in there. */
function AsRendered({ children }: { readonly children: ReactNode }): ReactNode {
  const scope = useScope('<ConvertStaticProvider>');
  const [rendered] = useState(scope);
  // Inherited, not a property of its own: a provider below, whose payload names its visitor, copies the others.
  const value = useMemo(() => Object.assign(Object.create({ rendered, use: useNow }), scope), [rendered, scope]);
  return <ScopeContext.Provider value={value}>{children}</ScopeContext.Provider>;
}

function useNow(this: Scope & { readonly rendered: Scope }): Scope {
  return useSyncExternalStore(
    neverChanges,
    () => this,
    () => this.rendered,
  );
}

function shownTo(payload: StaticPayload, visitor: PageVisitor | null): Payload {
  const { previewed, ...known } = visitor ?? UNKNOWN;
  const shown = { ...payload, ...known };
  if (!previewed) return shown;
  return { ...shown, preview: true, previewed: previewed.map((ids) => nameOf(ids, payload)) };
}

/** What is previewed on other pages has no name here: its ids stand for it. */
function nameOf({ experienceId, variationId }: VariationIds, { experiences }: Payload): Omit<Assignment, 'features'> {
  const own = experiences.find((one) => one.experienceId === experienceId && one.variationId === variationId);
  const { experienceKey, variationKey } = own ?? { experienceKey: experienceId, variationKey: variationId };
  return { experienceKey, experienceId, variationKey, variationId };
}
