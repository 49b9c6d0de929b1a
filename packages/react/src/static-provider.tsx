'use client';

import type { PageVisitor, Payload, StaticPayload } from '@convert-fullstack/core/bridge';
import { type ReactNode, useLayoutEffect, useMemo, useState } from 'react';
import { findPageVisitor } from './page-visitor.ts';
import { ConvertProvider, type ConvertProviderProps } from './provider.tsx';

export interface ConvertStaticProviderProps extends Omit<ConvertProviderProps, 'payload'> {
  /** The decisions that the page was rendered with, for whoever gets it. */
  readonly payload: StaticPayload;
}

// Decides nothing and allows nothing, and asks nobody for consent: those who gave it must not see a banner flash up.
const UNKNOWN = { visitorRef: '', consent: 'denied' } as const;
const NOBODY: Payload = { version: 1, visitorId: null, consent: 'pending', experiences: [], goals: [] };

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
  useLayoutEffect(
    () => findPageVisitor(payload, endpoint, (visitor) => setFound({ variants, visitor })),
    [payload, endpoint, variants],
  );

  const visitor = found?.variants === variants ? found.visitor : null;
  const shown = useMemo<Payload>(() => ({ ...payload, ...(visitor ?? UNKNOWN) }), [payload, visitor]);
  // Two of them: with tracking off, the outermost one would drop what the visitor's other pages have left to deliver.
  return (
    <ConvertProvider payload={visitor ? shown : NOBODY} endpoint={endpoint} tracking={tracking}>
      <ConvertProvider payload={shown} tracking={visitor ? 'on' : 'off'}>
        {children}
      </ConvertProvider>
    </ConvertProvider>
  );
}
